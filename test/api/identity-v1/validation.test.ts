import { afterEach, describe, expect, it } from 'vitest';
import { lastLink, startIdentityApi, type IdentityApi } from '../../support/identity-api.js';

let api: IdentityApi;

afterEach(() => api.close());

const v1 = '/_matrix/identity/api/v1';
const email = { client_secret: 'alices.secret', email: 'Alice@Mail.test', send_attempt: 1 };
const phone = { client_secret: 'alices.secret', country: 'GB', phone_number: '07470 674927', send_attempt: 1 };

async function request(body: object = email, medium = 'email'): Promise<string> {
  const { json, status } = await api.call('POST', `${v1}/validate/${medium}/requestToken`, body);
  expect({ status, json }).toMatchObject({ status: 200 });
  return String(json['sid']);
}

describe('validating an e-mail address', () => {
  it('accepts the token in the mail, and then returns the address', async () => {
    api = await startIdentityApi();
    const sid = await request();
    const [token] = api.messenger.tokens();
    const proof = { sid, client_secret: email.client_secret, token };
    expect(await api.call('POST', `${v1}/validate/email/submitToken`, proof)).toMatchObject({
      status: 200,
      json: { success: true },
    });
    const path = `${v1}/3pid/getValidated3pid?sid=${sid}&client_secret=${email.client_secret}`;
    expect((await api.call('GET', path)).json).toEqual({
      medium: 'email',
      address: 'alice@mail.test',
      validated_at: api.clock.now(),
    });
  });

  it.each<[string, object, number]>([
    ['without an attempt', { send_attempt: undefined }, 2],
    ['with the attempt as digits', { send_attempt: '1' }, 1],
    ['with the attempt as a number', { send_attempt: 1 }, 1],
  ])('%s, requested twice, sends the expected mails', async (_title, change, mails) => {
    api = await startIdentityApi();
    const sids = [await request({ ...email, ...change }), await request({ ...email, ...change })];
    expect(sids[0]).toBe(sids[1]);
    expect(api.messenger.sent).toHaveLength(mails);
  });

  it('accepts forms, and query strings if there is no body', async () => {
    api = await startIdentityApi();
    const form = new URLSearchParams({ ...email, send_attempt: '1' }).toString();
    const asForm = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const path = `${v1}/validate/email/requestToken`;
    const asked = await api.send({ method: 'POST', path, headers: asForm, body: form });
    expect(asked).toMatchObject({ status: 200, json: { sid: expect.any(String) as string } });
    const query = new URLSearchParams({
      sid: String(asked.json['sid']),
      client_secret: email.client_secret,
      token: api.messenger.tokens()[0] ?? '',
    });
    const submitted = await api.send({ method: 'POST', path: `${v1}/validate/email/submitToken?${query.toString()}` });
    expect(submitted).toMatchObject({ status: 200, json: { success: true } });
  });

  it('uses the requested template, from the body or the query', async () => {
    api = await startIdentityApi();
    await request({ ...email, brand: 'vector' });
    await api.call('POST', `${v1}/validate/email/requestToken?brand=other`, { ...email, send_attempt: 2 });
    expect(api.messenger.sent.map((mail) => mail.kind === 'email_validation' && mail.brand)).toEqual([
      'vector',
      'other',
    ]);
  });
});

describe('an invalid token', () => {
  const rows: readonly [string, object, object][] = [
    ['a wrong token', { token: 'guess' }, { errcode: 'M_TOKEN_INCORRECT', error: 'The token is incorrect' }],
    [
      'an unknown session',
      { sid: 'nothing' },
      { errcode: 'M_NO_VALID_SESSION', error: 'No valid session was found matching that sid and client secret' },
    ],
    [
      'a wrong client secret',
      { client_secret: 'other' },
      { errcode: 'M_NO_VALID_SESSION', error: 'No valid session was found matching that sid and client secret' },
    ],
  ];

  it.each(rows)('is answered with 200, so that homeservers forward it: %s', async (_title, change, verdict) => {
    api = await startIdentityApi();
    const proof = { sid: await request(), client_secret: email.client_secret, token: 'guess', ...change };
    const reply = await api.call('POST', `${v1}/validate/email/submitToken`, proof);
    expect(reply).toMatchObject({ status: 200, json: { success: false, ...verdict } });
  });

  it.each(rows)('is answered with 400 if configured: %s', async (_title, change, verdict) => {
    api = await startIdentityApi({ change: (deps) => ({ ...deps, v1: { ...deps.v1, submitErrorStatus: 400 } }) });
    const proof = { sid: await request(), client_secret: email.client_secret, token: 'guess', ...change };
    const reply = await api.call('POST', `${v1}/validate/email/submitToken`, proof);
    expect(reply).toMatchObject({ status: 400, json: { success: false, ...verdict } });
  });

  it('of a session that has expired is reported as expired', async () => {
    api = await startIdentityApi();
    const sid = await request();
    const [token] = api.messenger.tokens();
    await api.clock.advance(25 * 3_600_000);
    const reply = await api.call('POST', `${v1}/validate/email/submitToken`, {
      sid,
      client_secret: email.client_secret,
      token,
    });
    expect(reply).toMatchObject({ status: 200, json: { success: false, errcode: 'M_SESSION_EXPIRED' } });
  });
});

describe('validating a phone number', () => {
  it('returns the format of the number, and accepts the code', async () => {
    api = await startIdentityApi();
    const { json } = await api.call('POST', `${v1}/validate/msisdn/requestToken`, phone);
    expect(json).toEqual({
      success: true,
      sid: expect.any(String) as string,
      msisdn: '447470674927',
      intl_fmt: '+44 7470 674927',
    });
    const proof = { sid: json['sid'], client_secret: phone.client_secret, token: api.messenger.tokens()[0] };
    expect((await api.call('POST', `${v1}/validate/msisdn/submitToken`, proof)).json).toEqual({ success: true });
  });

  it('fails if the code is submitted as that of a mail', async () => {
    api = await startIdentityApi();
    const sid = await request(phone, 'msisdn');
    const proof = { sid, client_secret: phone.client_secret, token: api.messenger.tokens()[0] };
    const unknown = { success: false, errcode: 'M_NO_VALID_SESSION' };
    expect((await api.call('POST', `${v1}/validate/email/submitToken`, proof)).json).toMatchObject(unknown);
    expect((await api.call('POST', `${v1}/validate/email/submitToken/confirm`, proof)).status).toBe(400);
    expect((await api.call('POST', `${v1}/validate/msisdn/submitToken`, proof)).json).toEqual({ success: true });
  });

  it('after too many guesses is answered with 429 that requires a new code, at once', async () => {
    api = await startIdentityApi();
    const sid = await request(phone, 'msisdn');
    const proof = { sid, client_secret: phone.client_secret, token: '0' };
    const replies = [];
    for (let guess = 0; guess < 6; guess += 1) {
      replies.push(await api.call('POST', `${v1}/validate/msisdn/submitToken`, proof));
    }
    const error = 'Too many wrong codes: request a new code';
    expect(replies.at(-1)).toMatchObject({ status: 429, json: { errcode: 'M_LIMIT_EXCEEDED', error } });
    expect(replies.at(-1)?.headers['retry-after']).toBeUndefined();
  });
});

describe('the link in a mail', () => {
  it('opens a page that validates nothing until its button is pressed', async () => {
    api = await startIdentityApi();
    const sid = await request();
    const { pathname, search } = lastLink(api.messenger);
    const opened = await api.send({ method: 'GET', path: `${pathname}${search}` });
    expect(opened).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const validated = `${v1}/3pid/getValidated3pid?sid=${sid}&client_secret=${email.client_secret}`;
    expect((await api.call('GET', validated)).json).toMatchObject({ errcode: 'M_SESSION_NOT_VALIDATED' });

    const action = /<form method="post" action="([^"]+)"/.exec(opened.text)?.[1] ?? '';
    const inputs = [...opened.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)" \/>/g)];
    const form = new URLSearchParams(
      inputs.map(([, name = '', value = '']): [string, string] => [name, value]),
    ).toString();
    const confirmed = await api.send({
      method: 'POST',
      path: new URL(action, `https://id.test${pathname}`).pathname,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    });
    expect(confirmed.status).toBe(200);
    expect(confirmed.text).toContain('Your e-mail address is confirmed');
    expect((await api.call('GET', validated)).status).toBe(200);
  });
});
