import { afterEach, describe, expect, it } from 'vitest';
import { delegateSecret, startIdentityApi, type IdentityApi } from '../../support/identity-api.js';

let api: IdentityApi;

afterEach(() => api.close());

const below = '/_matrix/identity/api/v1';
const base = `/_gangway/delegate/${delegateSecret}`;
const phone = { country: 'GB', phone_number: '07470 674927', client_secret: 'alices.secret', send_attempt: 1 };

const request = (path = `${base}${below}`) => api.call('POST', `${path}/validate/msisdn/requestToken`, phone);

describe('the delegation of a homeserver', () => {
  it('covers the validation of a phone number, from the request to its result', async () => {
    api = await startIdentityApi();
    const { json: session } = await request();
    const key = { sid: session['sid'], client_secret: phone.client_secret };
    const submit = (token: string | undefined) =>
      api.call('POST', `${base}${below}/validate/msisdn/submitToken`, { ...key, token });
    expect(await submit('guess')).toMatchObject({
      status: 200,
      json: { success: false, errcode: 'M_TOKEN_INCORRECT' },
    });
    expect(await submit(api.messenger.tokens()[0])).toMatchObject({ status: 200, json: { success: true } });
    const query = `sid=${String(session['sid'])}&client_secret=${phone.client_secret}`;
    expect((await api.call('GET', `${base}${below}/3pid/getValidated3pid?${query}`)).json).toEqual({
      medium: 'msisdn',
      address: '447470674927',
      validated_at: api.clock.now(),
    });
  });

  it('answers 404 for an unknown session', async () => {
    api = await startIdentityApi();
    const reply = await api.call('GET', `${base}${below}/3pid/getValidated3pid?sid=mail&client_secret=secret`);
    expect(reply).toMatchObject({ status: 404, json: { errcode: 'M_NO_VALID_SESSION' } });
  });

  it('is served below a base URL that was configured with a slash at its end', async () => {
    api = await startIdentityApi();
    expect((await request(`${base}/${below}`)).status).toBe(200);
  });

  it('answers results with 200 even if version 1 does not, and is served if version 1 is disabled', async () => {
    const off = { enabled: false, isAllowed: () => false };
    api = await startIdentityApi({
      change: (deps) => ({
        ...deps,
        v1: { validate: off, bind: off, lookup: off, invite: off, submitErrorStatus: 400 },
      }),
    });
    const { json } = await request();
    const proof = { sid: json['sid'], client_secret: phone.client_secret, token: 'guess' };
    const reply = await api.call('POST', `${base}${below}/validate/msisdn/submitToken`, proof);
    expect(reply).toMatchObject({ status: 200, json: { success: false } });
  });

  it.each([
    `${base}${below}/validate/email/requestToken`,
    `${base}${below}/lookup`,
    `${base}${below}/3pid/bind`,
    `${base}/_matrix/identity/v2/account`,
    base,
  ])('has no other endpoint: %s', async (path) => {
    api = await startIdentityApi();
    expect(await api.call('POST', path, {})).toMatchObject({ status: 404, json: { errcode: 'M_UNRECOGNIZED' } });
  });

  it.each([
    '/_gangway/delegate',
    '/_gangway/delegate/',
    `/_gangway/delegate${below}/validate/msisdn/requestToken`,
    `/_gangway/delegate/wrong${below}/validate/msisdn/requestToken`,
    `/_gangway/delegate/${delegateSecret}x${below}/validate/msisdn/requestToken`,
    `/_gangway/delegate/x/${delegateSecret}${below}/validate/msisdn/requestToken`,
  ])('does not exist without the secret: %s', async (path) => {
    api = await startIdentityApi();
    const { 'x-request-id': _id, date: _date, ...headers } = (await api.call('POST', path, phone)).headers;
    for (const method of ['POST', 'GET', 'OPTIONS']) {
      const [guessed, unknown] = await Promise.all([
        api.send({ method, path }),
        api.send({ method, path: '/nothing/is/served/here' }),
      ]);
      expect({ status: guessed.status, json: guessed.json }).toEqual({ status: 404, json: unknown.json });
      expect(Object.keys(guessed.headers).toSorted()).toEqual(Object.keys(unknown.headers).toSorted());
    }
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(api.messenger.asked).toBe(0);
  });

  it('does not exist if it is disabled', async () => {
    api = await startIdentityApi({ change: (deps) => ({ ...deps, delegate: undefined }) });
    expect((await request()).json).toEqual({ error: 'There is nothing at this URL.', errcode: 'route_unknown' });
  });

  it('is limited to its allowed addresses', async () => {
    api = await startIdentityApi({
      change: (deps) => ({
        ...deps,
        delegate: deps.delegate && { ...deps.delegate, isAllowed: (address) => address === '10.0.0.1' },
      }),
    });
    const path = `${base}${below}/3pid/getValidated3pid?sid=a&client_secret=b`;
    const from = (address: string) => api.send({ method: 'GET', path, headers: { 'x-forwarded-for': address } });
    expect(await from('10.0.0.1')).toMatchObject({ status: 404, json: { errcode: 'M_NO_VALID_SESSION' } });
    expect(await from('10.0.0.2')).toMatchObject({ status: 403, json: { errcode: 'M_FORBIDDEN' } });
  });

  it('counts for no client: one address sends the requests of all users', async () => {
    const clients: unknown[] = [];
    api = await startIdentityApi({
      change: (deps) => ({
        ...deps,
        validation: {
          ...deps.validation,
          requestToken(wish) {
            clients.push(wish.asker.client);
            return deps.validation.requestToken(wish);
          },
          submitToken(key, token, client) {
            clients.push(client);
            return deps.validation.submitToken(key, token, client);
          },
        },
      }),
    });
    const { json } = await request();
    const proof = { sid: json['sid'], client_secret: phone.client_secret, token: 'guess' };
    await api.call('POST', `${base}${below}/validate/msisdn/submitToken`, proof);
    await api.call('POST', `${below}/validate/msisdn/submitToken`, proof);
    expect(clients).toEqual([undefined, undefined, '127.0.0.1']);
  });

  it('keeps its secret out of the log', async () => {
    api = await startIdentityApi();
    await request();
    await api.call('GET', `${base}/nothing`);
    await api.send({ method: 'POST', path: `${base}${below}/validate/msisdn/submitToken`, body: '{' });
    expect(JSON.stringify(api.log.lines)).not.toContain(delegateSecret);
    const routes = api.log.lines.map(({ fields }) => fields['route']);
    expect(routes).toContain(`/_gangway/delegate${below}/validate/msisdn/requestToken`);
  });
});
