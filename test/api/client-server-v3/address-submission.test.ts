import { afterEach, describe, expect, it } from 'vitest';
import type { TestUser } from '../../support/address-steps.js';
import { startClientServer, type ClientServer, type ClientServerOptions } from '../../support/client-server.js';
import { testPages } from '../../support/test-pages.js';

const v3 = '/_matrix/client/v3';
const submission = '/_matrix/client/unstable/add_threepid';
const secret = 'monkeys_are_GREAT';
const asForm = { 'content-type': 'application/x-www-form-urlencoded' };

let server: ClientServer;
let alice: TestUser;

afterEach(() => server.close());

async function start(options?: ClientServerOptions): Promise<void> {
  server = await startClientServer(options);
  alice = await server.contacts.logInNew('alice');
}

const as = ({ caller }: TestUser, method: string, path: string, body?: unknown) =>
  server.call(method, path, body, caller.accessToken.reveal());
const lastToken = () => server.contacts.messenger.tokens().at(-1) ?? '';

/** Requests a token as Alice. */
function ask(address: string) {
  const isPhone = address.startsWith('+');
  const typed = isPhone ? { country: 'GB', phone_number: address } : { email: address };
  const path = `${v3}/account/3pid/${isPhone ? 'msisdn' : 'email'}/requestToken`;
  return as(alice, 'POST', path, { ...typed, client_secret: secret, send_attempt: 1 });
}

describe('the submit_url', () => {
  it.each(['email', 'msisdn'])('answers a token as the identity service does: %s', async (medium) => {
    await start();
    const sid = String((await ask(medium === 'email' ? 'alice@mail.test' : '+447470674927')).json['sid']);
    const path = `${submission}/${medium}/submit_token`;
    const session = { sid, client_secret: secret };
    expect(await server.call('POST', path, { ...session, token: 'wrong' })).toMatchObject({
      status: 400,
      json: { success: false, errcode: 'M_TOKEN_INCORRECT' },
    });
    expect(await server.call('POST', path, { ...session, client_secret: 'other', token: lastToken() })).toMatchObject({
      status: 400,
      json: { success: false, errcode: 'M_NO_VALID_SESSION' },
    });
    expect(await server.call('POST', path, { token: lastToken() })).toMatchObject({
      status: 400,
      json: { errcode: 'M_MISSING_PARAMS', error: 'Missing parameters: sid,client_secret' },
    });
    for (let time = 0; time < 2; time += 1) {
      const right = await server.call('POST', path, { ...session, token: lastToken() });
      expect(right).toMatchObject({ status: 200, json: { success: true } });
      expect(right.headers['access-control-allow-origin']).toBe('*');
    }
  });

  it('does not find sessions of the identity service', async () => {
    await start();
    const { validation, messenger } = server.contacts;
    const { sid } = await validation.requestToken({
      purpose: 'identity',
      typed: { medium: 'email', address: 'alice@mail.test' },
      clientSecret: secret,
      sendAttempt: 1,
      nextLink: undefined,
      asker: { client: undefined, mxid: undefined },
    });
    const body = { sid, client_secret: secret, token: messenger.tokens().at(-1) };
    expect(await server.call('POST', `${submission}/email/submit_token`, body)).toMatchObject({
      json: { success: false, errcode: 'M_NO_VALID_SESSION' },
    });
  });

  it('has a page with a button, which validates the 3PID', async () => {
    await start();
    const sid = String((await ask('alice@mail.test')).json['sid']);
    const query = new URLSearchParams({ sid, client_secret: secret, token: lastToken() }).toString();
    const path = `${submission}/email/submit_token`;
    const page = await server.send({ method: 'GET', path: `${path}?${query}` });
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'referrer-policy': 'no-referrer' },
    });
    expect(page.text).toContain('<form method="post" action="submit_token/confirm">');
    const creds = { three_pid_creds: { sid, client_secret: secret } };
    expect(await as(alice, 'POST', `${v3}/account/3pid`, creds)).toMatchObject({ status: 403 });

    const press = { method: 'POST', path: `${path}/confirm`, headers: asForm, body: query };
    const pressed = await server.send(press);
    expect(pressed.status).toBe(200);
    expect(pressed.text).toContain('Your e-mail address is confirmed');
    expect(await as(alice, 'POST', `${v3}/account/3pid`, creds)).toMatchObject({ status: 200 });

    const spent = await server.send(press);
    expect(spent.status).toBe(400);
    expect(spent.text).toContain('This link does not work');
  });

  it.each([
    { name: 'a link of its user', change: {}, status: 200, isAlive: true },
    { name: 'a link with another token', change: { token: 'other' }, status: 400, isAlive: false },
    { name: 'a link of another session', change: { sid: 'other' }, status: 400, isAlive: false },
    { name: 'a link that is incomplete', change: { token: undefined }, status: 400, isAlive: false },
    { name: 'a link that has expired', change: {}, afterMs: 2 * 86_400_000, status: 400, isAlive: false },
    { name: 'a link that was used', change: {}, isUsed: true, status: 400, isAlive: false },
  ])('shows the operator on the page of $name', async ({ change, status, isAlive, afterMs = 0, isUsed = false }) => {
    const logoUrl = 'https://pages.test/_gangway/logo';
    await start({ addressRules: { pages: { ...testPages, brand: { name: 'Example <Operator>', logoUrl } } } });
    const sid = String((await ask('alice@mail.test')).json['sid']);
    const session = { sid, client_secret: secret };
    const path = `${submission}/email/submit_token`;
    if (isUsed) {
      await server.call('POST', path, { ...session, token: lastToken() });
      await as(alice, 'POST', `${v3}/account/3pid`, { three_pid_creds: session });
    }
    await server.embedded.clock.advance(afterMs);
    const fields = Object.entries({ ...session, token: lastToken(), ...change });
    const query = new URLSearchParams(
      fields.filter((pair): pair is [string, string] => pair[1] !== undefined),
    ).toString();
    const opened = await server.send({ method: 'GET', path: `${path}?${query}` });
    const pressed = await server.send({ method: 'POST', path: `${path}/confirm`, headers: asForm, body: query });
    for (const page of [opened, pressed]) {
      expect(page.status).toBe(status);
      expect(page.text).toContain(
        `<header><img src="${logoUrl}" alt="" /><span>Example &#60;Operator&#62;</span></header>`,
      );
      expect(page.headers['content-security-policy']).toContain(` img-src ${logoUrl};`);
      expect(page.headers['content-security-policy']).not.toContain('script-src');
    }
    expect(opened.text.includes('<form')).toBe(isAlive);
    expect(pressed.text).not.toContain('<form');
    if (isAlive) expect(opened.text).toContain('The request came from a Matrix user of example.test.');
  });

  it('has a page that validates the 3PID and continues, if no click is required', async () => {
    await start({ addressRules: { pages: { ...testPages, confirmClick: false } } });
    const next = 'https://chat.test/settings';
    const asked = await as(alice, 'POST', `${v3}/account/3pid/email/requestToken`, {
      email: 'alice@mail.test',
      client_secret: secret,
      send_attempt: 1,
      next_link: next,
    });
    const sid = String(asked.json['sid']);
    const query = new URLSearchParams({ sid, client_secret: secret, token: lastToken() }).toString();
    const opened = await server.send({ method: 'GET', path: `${submission}/email/submit_token?${query}` });
    expect(opened).toMatchObject({ status: 302, headers: { location: `${next}?sid=${sid}` } });
    const creds = { three_pid_creds: { sid, client_secret: secret } };
    expect(await as(alice, 'POST', `${v3}/account/3pid`, creds)).toMatchObject({ status: 200 });
  });

  it('leaves the default path to the homeserver, if there is one', async () => {
    await start({ addressRules: { usualPath: 'the_homeservers' } });
    const body = { sid: 'a', client_secret: secret, token: 'wrong' };
    const ofOurOwn = '/_matrix/client/unstable/gangway/add_threepid/msisdn/submit_token';
    expect(await server.call('POST', ofOurOwn, body)).toMatchObject({ json: { errcode: 'M_NO_VALID_SESSION' } });
    expect(await server.call('POST', `${submission}/msisdn/submit_token`, body)).toMatchObject({
      status: 404,
      json: { errcode: 'M_UNRECOGNIZED' },
    });
  });

  it('has no other endpoint', async () => {
    await start();
    const unrecognized = { errcode: 'M_UNRECOGNIZED' };
    expect(await server.call('DELETE', `${submission}/email/submit_token`)).toMatchObject({ status: 405 });
    expect(await server.call('GET', `${submission}/pigeon/submit_token`)).toMatchObject({ status: 404 });
    expect((await server.call('GET', submission)).json).toMatchObject(unrecognized);
    expect(await server.call('GET', `${v3}/add_threepid/email/submit_token`)).toMatchObject({ status: 404 });
  });
});
