import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { loginPaths, startClientServer, type ClientServer, type MatrixReply } from '../../support/client-server.js';
import { readOpenApiFile } from '../../support/openapi-file.js';
import { until } from '../../support/until.js';

interface Operation {
  readonly security?: readonly unknown[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: { readonly required?: readonly string[] } }>>;
  };
}

const { paths } = readOpenApiFile('client-server-v3') as {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const v3 = '/_matrix/client/v3';
const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
const mail = 'alice@mail.test';
const number = '447400123501';
const phone = { country: 'GB', phone_number: '07400 123501' };
const next = 'another password';

let server: ClientServer;

beforeEach(async () => {
  server = await startClientServer();
  await server.embedded.addUser('alice');
  await server.embedded.addUser('bob');
  await server.embedded.addAddress(alice, { medium: 'email', address: mail });
  await server.embedded.addAddress(alice, { medium: 'msisdn', address: number });
});

afterEach(() => server.close());

async function logIn(user: string, more: object = {}, password = `the password of ${user}`) {
  const { status, json } = await server.call('POST', loginPaths.v3, {
    type: 'm.login.password',
    user,
    password,
    ...more,
  });
  return { status, token: String(json['access_token']), device: String(json['device_id']) };
}

const whoAmI = async (token: string) => (await server.call('GET', `${v3}/account/whoami`, undefined, token)).status;
const devices = async (token: string) => (await server.call('GET', `${v3}/devices`, undefined, token)).json['devices'];

/** Sends the request, and repeats it with the password after the challenge. */
async function withPassword(method: string, path: string, token: string, body: object = {}, given = 'alice') {
  const first = await server.call(method, path, body, token);
  expect([first.status, first.json['completed']]).toEqual([401, []]);
  return server.call(method, path, { ...body, auth: passwordAuth(first, given) }, token);
}

const passwordAuth = (challenge: MatrixReply, user: string, password = `the password of ${user}`) => ({
  type: 'm.login.password',
  session: challenge.json['session'],
  identifier: { type: 'm.id.user', user },
  password,
});

describe('a request without a body', () => {
  it.each([
    ['DELETE', `${v3}/devices/PHONE`, 401],
    ['POST', `${v3}/account/deactivate`, 401],
    ['POST', '/_matrix/client/v1/login/get_token', 401],
    ['POST', `${v3}/user/@alice:example.test/openid/request_token`, 200],
    ['POST', `${v3}/logout`, 200],
    ['POST', `${v3}/logout/all`, 200],
  ])('counts as one with an empty object: %s %s', async (method, path, status) => {
    const ofChallenge = ({ json }: MatrixReply) => [json['flows'], json['params'], json['completed']];
    for (const headers of [{}, { 'content-length': '0' }, { 'transfer-encoding': 'chunked' }]) {
      const { token } = await logIn('alice');
      const bare = await server.send({ method, path, headers: { ...headers, authorization: `Bearer ${token}` } });
      const full = await server.call(method, path, {}, (await logIn('alice')).token);
      expect([bare.status, full.status]).toEqual([status, status]);
      expect(ofChallenge(bare)).toEqual(ofChallenge(full));
    }
  });

  it('is accepted by every operation of a user without required members, unless it sets something', () => {
    const accepting = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { requestBody, security }]) => {
          const needed = requestBody?.content['application/json']?.schema.required ?? [];
          return method !== 'put' && requestBody !== undefined && needed.length === 0 && (security ?? []).length > 0;
        })
        .map(([method, { requestBody }]) => [`${method} ${path}`, requestBody?.required]),
    );
    expect(accepting.length).toBeGreaterThan(2);
    expect(accepting.filter(([, required]) => required !== false)).toEqual([]);
  });
});

describe('devices', () => {
  it('are listed with their names, oldest first, and one by one, in every spelling of the path', async () => {
    const { token } = await logIn('alice', { device_id: 'PHONE', initial_device_display_name: 'a phone' });
    await server.embedded.clock.advance(1);
    await logIn('alice', { device_id: 'LAP/TOP' });
    await logIn('bob', { device_id: 'OTHER' });
    for (const prefix of [v3, '/_matrix/client/r0', '/_matrix/client/unstable']) {
      const list = await server.call('GET', `${prefix}/devices`, undefined, token);
      expect([list.status, list.json]).toEqual([
        200,
        { devices: [{ device_id: 'PHONE', display_name: 'a phone' }, { device_id: 'LAP/TOP' }] },
      ]);
      const one = await server.call('GET', `${prefix}/devices/LAP%2FTOP`, undefined, token);
      expect([one.status, one.json]).toEqual([200, { device_id: 'LAP/TOP' }]);
    }
  });

  it('are renamed, and keep their name if none is sent', async () => {
    const { token } = await logIn('alice', { device_id: 'PHONE', initial_device_display_name: 'a phone' });
    const path = `${v3}/devices/PHONE`;
    for (const [body, name] of [
      [{}, 'a phone'],
      [{ display_name: null }, 'a phone'],
      [{ display_name: 'my\u0007 phone' }, 'my phone'],
      [{ display_name: 'x'.repeat(200) }, 'x'.repeat(100)],
    ] as const) {
      const { status, json } = await server.call('PUT', path, body, token);
      expect([status, json]).toEqual([200, {}]);
      expect(await devices(token)).toEqual([{ device_id: 'PHONE', display_name: name }]);
    }
  });

  it.each([
    ['GET', 'GET', undefined],
    ['PUT without changes', 'PUT', {}],
    ['PUT with a name', 'PUT', { display_name: 'mine' }],
  ])('of other users and unknown ones are 404 M_NOT_FOUND: %s', async (_, method, body) => {
    const { token } = await logIn('alice');
    const other = await logIn('bob', { device_id: 'OTHER' });
    for (const id of ['OTHER', 'NONE']) {
      const { status, json } = await server.call(method, `${v3}/devices/${id}`, body, token);
      expect([status, json['errcode']]).toEqual([404, 'M_NOT_FOUND']);
    }
    // No database stores a NUL, so no device has one in its ID.
    const { status } = await server.call(method, `${v3}/devices/OTHER%00`, body, token);
    expect(status).toBe(400);
    expect(await devices(other.token)).toEqual([{ device_id: 'OTHER' }]);
  });

  it('are logged out by DELETE and the password, but not those of other users', async () => {
    const { token } = await logIn('alice', { device_id: 'PHONE' });
    const lost = await logIn('alice', { device_id: 'LOST' });
    const other = await logIn('bob', { device_id: 'LOST' });
    const { status, json } = await withPassword('DELETE', `${v3}/devices/LOST`, token);
    expect([status, json]).toEqual([200, {}]);
    expect([await whoAmI(token), await whoAmI(lost.token), await whoAmI(other.token)]).toEqual([200, 401, 200]);
    expect((await withPassword('DELETE', `${v3}/devices/NONE`, token)).status).toBe(200);
  });

  it('are logged out together, in one authentication', async () => {
    const { token } = await logIn('alice', { device_id: 'PHONE' });
    const lost = [await logIn('alice', { device_id: 'A' }), await logIn('alice', { device_id: 'B' })];
    const body = { devices: ['A', 'B', 'NONE', '\0'] };
    expect((await withPassword('POST', `${v3}/delete_devices`, token, body)).status).toBe(200);
    for (const { token: ended } of lost) expect(await whoAmI(ended)).toBe(401);
    expect(await devices(token)).toEqual([{ device_id: 'PHONE' }]);
  });

  it('stay if the authentication was for another device', async () => {
    const { token } = await logIn('alice', { device_id: 'PHONE' });
    await logIn('alice', { device_id: 'A' });
    const challenge = await server.call('DELETE', `${v3}/devices/NONE`, {}, token);
    const auth = passwordAuth(challenge, 'alice');
    const { status, json } = await server.call('DELETE', `${v3}/devices/A`, { auth }, token);
    expect([status, json['errcode']]).toEqual([401, 'M_UNKNOWN']);
    expect(await devices(token)).toHaveLength(2);
  });

  it.each([
    ['GET', '/devices'],
    ['GET', '/devices/A'],
    ['PUT', '/devices/A'],
    ['DELETE', '/devices/A'],
    ['POST', '/delete_devices'],
    ['POST', '/account/deactivate'],
  ])('require an access token: %s %s', async (method, path) => {
    const body = method === 'GET' ? undefined : {};
    expect((await server.call(method, `${v3}${path}`, body)).json).toMatchObject({ errcode: 'M_MISSING_TOKEN' });
    expect((await server.call(method, `${v3}${path}`, body, 'unknown')).json).toMatchObject({
      errcode: 'M_UNKNOWN_TOKEN',
    });
  });
});

describe('a new password by the old one', () => {
  const path = `${v3}/account/password`;

  it('replaces it and ends all other logins', async () => {
    const { token } = await logIn('alice', { device_id: 'PHONE' });
    const other = await logIn('alice', { device_id: 'OTHER', refresh_token: true });
    const { status, json } = await withPassword('POST', path, token, { new_password: next });
    expect([status, json]).toEqual([200, {}]);
    expect([await whoAmI(token), await whoAmI(other.token)]).toEqual([200, 401]);
    expect((await logIn('alice')).status).toBe(403);
    expect((await logIn('alice', {}, next)).status).toBe(200);
    expect((await logIn('bob')).status).toBe(200);
  });

  it('keeps the other logins on request', async () => {
    const [{ token }, other] = [await logIn('alice'), await logIn('alice')];
    const body = { new_password: next, logout_devices: false };
    expect((await withPassword('POST', path, token, body)).status).toBe(200);
    expect([await whoAmI(token), await whoAmI(other.token)]).toEqual([200, 200]);
  });

  it('is not set after a wrong password, nor after the password of another user', async () => {
    const { token } = await logIn('alice');
    for (const [user, password] of [
      ['alice', 'a guess'],
      ['bob', 'the password of bob'],
    ] as const) {
      const challenge = await server.call('POST', path, { new_password: next }, token);
      const auth = passwordAuth(challenge, user, password);
      const { status, json } = await server.call('POST', path, { new_password: next, auth }, token);
      expect([status, json['errcode']]).toEqual([401, 'M_FORBIDDEN']);
    }
    expect((await logIn('alice')).status).toBe(200);
  });

  it('cannot be empty or too long, which is checked before the authentication', async () => {
    const { token } = await logIn('alice');
    for (const password of ['', 'x'.repeat(513)]) {
      const { status, json } = await server.call('POST', path, { new_password: password }, token);
      expect([status, json['errcode']]).toEqual([400, 'M_INVALID_PARAM']);
    }
  });

  it('leaves no trace in the stored authentication', async () => {
    const { token } = await logIn('alice');
    const one = await server.call('POST', path, { new_password: next }, token);
    const auth = passwordAuth(one, 'alice');
    // The authentication is not bound to it: a fast hash of it would be stored.
    expect((await server.call('POST', path, { new_password: 'yet another', auth }, token)).status).toBe(200);
  });
});

describe('a new password by a 3PID of the account', () => {
  const path = `${v3}/account/password`;
  const secret = 'a.secret.of.mine';
  const stages = { email: 'm.login.email.identity', msisdn: 'm.login.msisdn' } as const;
  type Medium = keyof typeof stages;

  const ask = (medium: Medium, typed: object) =>
    server.call('POST', `${path}/${medium}/requestToken`, { ...typed, client_secret: secret, send_attempt: 1 });
  const typedOf = (medium: Medium) => (medium === 'email' ? { email: mail } : phone);
  const submit = (medium: Medium, sid: unknown, token: string) =>
    server.call('POST', `/_matrix/client/unstable/password/${medium}/submit_token`, {
      sid,
      client_secret: secret,
      token,
    });

  async function validated(medium: Medium, typed: object = typedOf(medium)): Promise<unknown> {
    const { messenger } = server.contacts;
    const count = messenger.tokens().length;
    const { status, json } = await ask(medium, typed);
    expect(status).toBe(200);
    await until(() => messenger.tokens().length > count);
    const outcome = await submit(medium, json['sid'], messenger.tokens().at(-1) ?? '');
    expect(outcome.json).toEqual({ success: true });
    return json['sid'];
  }

  const set = (medium: Medium, sid: unknown, token?: string, more: object = {}) => {
    const credentials = { sid, client_secret: secret };
    const auth = { type: stages[medium], threepid_creds: credentials, threepidCreds: credentials };
    return server.call('POST', path, { new_password: next, auth, ...more }, token);
  };

  it('is offered without an access token, and with one beside the password', async () => {
    const { token } = await logIn('alice');
    const byAddress = [{ stages: ['m.login.email.identity'] }, { stages: ['m.login.msisdn'] }];
    const flows = async (given?: string) =>
      (await server.call('POST', path, { new_password: next }, given)).json['flows'];
    expect(await flows()).toEqual(byAddress);
    expect(await flows(token)).toEqual([{ stages: ['m.login.password'] }, ...byAddress]);
  });

  it.each(['email', 'msisdn'] as const)('is set by its %s, once, and ends all logins', async (medium) => {
    const { token } = await logIn('alice');
    const sid = await validated(medium);
    expect((await set(medium, sid)).json).toEqual({});
    expect(await whoAmI(token)).toBe(401);
    expect((await logIn('alice', {}, next)).status).toBe(200);
    const again = await set(medium, sid, undefined, { new_password: 'yet another' });
    expect([again.status, again.json['errcode']]).toEqual([401, 'M_UNAUTHORIZED']);
    expect((await logIn('alice', {}, next)).status).toBe(200);
  });

  it('is set once by one validation, at several concurrent requests', async () => {
    const sid = await validated('email');
    const replies = await Promise.all([1, 2, 3].map(() => set('email', sid)));
    expect(replies.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 401, 401]);
  });

  it('is set with an access token too, whose login stays', async () => {
    const [{ token }, other] = [await logIn('alice'), await logIn('alice')];
    expect((await set('email', await validated('email'), token)).status).toBe(200);
    expect([await whoAmI(token), await whoAmI(other.token)]).toEqual([200, 401]);
  });

  it('invalidates earlier validations', async () => {
    const [first, second] = [await validated('email'), await validated('msisdn')];
    expect((await set('email', first)).status).toBe(200);
    expect((await set('msisdn', second)).status).toBe(401);
  });

  it('is not set for the account of another access token', async () => {
    const { token } = await logIn('bob');
    const { status, json } = await set('email', await validated('email'), token);
    expect([status, json['errcode']]).toEqual([401, 'M_UNAUTHORIZED']);
    expect((await logIn('alice')).status).toBe(200);
    expect((await logIn('bob')).status).toBe(200);
  });

  it('is not set by a session of another medium, one that is not validated, one to add a 3PID, or none', async () => {
    const sid = await validated('email');
    const open = (await ask('msisdn', phone)).json['sid'];
    const added = await server.contacts.validation.requestToken({
      purpose: 'account',
      typed: { medium: 'email', address: mail },
      clientSecret: secret,
      sendAttempt: 1,
      nextLink: undefined,
      asker: { client: undefined, mxid: undefined },
    });
    await server.contacts.submit({ sid: added.sid, clientSecret: secret });
    for (const reply of [
      await set('msisdn', sid),
      await set('msisdn', open),
      await set('email', added.sid),
      await set('email', 'none'),
    ]) {
      expect(reply.status).toBe(401);
      expect(reply.json).toMatchObject({ errcode: 'M_UNAUTHORIZED', completed: [], session: expect.any(String) });
    }
  });

  it('is not set if the 3PID has been moved to another account', async () => {
    const sid = await validated('email');
    await server.embedded.database.transaction(async (tx) => {
      for (const { id } of await tx.accountAddresses.listByUser(alice)) await tx.accountAddresses.delete(id);
    });
    expect((await set('email', sid)).status).toBe(401);
    await server.embedded.addAddress(bob, { medium: 'email', address: mail });
    expect((await set('email', sid)).status).toBe(200);
    expect((await logIn('alice')).status).toBe(200);
    expect((await logIn('bob', {}, next)).status).toBe(200);
  });

  it.each([
    [{ type: 'm.login.email.identity' }, 'M_MISSING_PARAM'],
    [{ type: 'm.login.email.identity', threepid_creds: 5 }, 'M_INVALID_PARAM'],
    [{ type: 'm.login.email.identity', threepid_creds: { sid: 5 } }, 'M_INVALID_PARAM'],
    [{ type: 'm.login.msisdn', threepid_creds: { sid: 'a' } }, 'M_MISSING_PARAM'],
  ])('requires valid credentials: %j', async (auth, errcode) => {
    const { status, json } = await server.call('POST', path, { new_password: next, auth });
    expect([status, json['errcode']]).toEqual([400, errcode]);
  });

  it('mails a link that names its purpose', async () => {
    await ask('email', { email: mail });
    await until(() => server.contacts.messenger.sent.length > 0);
    expect(server.contacts.messenger.sent.at(-1)).toMatchObject({ kind: 'email_password_reset', to: mail });
  });

  it.each([
    ['email', { email: 'unknown@mail.test' }],
    ['msisdn', { country: 'GB', phone_number: '07400 123599' }],
  ] as const)('is answered the same for an unknown %s, and nothing is sent', async (medium, unknown) => {
    const shape = ({ status, json }: MatrixReply) => [status, Object.keys(json), String(json['sid']).length];
    const known = await ask(medium, typedOf(medium));
    await until(() => server.contacts.messenger.sent.length === 1);
    const other = await ask(medium, unknown);
    expect(shape(other)).toEqual(shape(known));
    const repeated = await ask(medium, unknown);
    expect(repeated.json['sid']).toBe(other.json['sid']);
    const guess = await submit(medium, other.json['sid'], '123456');
    expect(guess.json).toEqual((await submit(medium, known.json['sid'], '654321x')).json);
    expect(server.contacts.messenger.sent).toHaveLength(1);
  });

  it('is answered the same if nothing can be sent', async () => {
    server.contacts.messenger.fail({ kind: 'channel_down' });
    expect((await ask('email', { email: mail })).status).toBe(200);
    expect((await ask('email', { email: 'unknown@mail.test' })).status).toBe(200);
    await until(() => server.contacts.messenger.asked === 1);
  });

  it('is answered before the message is sent', async () => {
    const release = server.contacts.messenger.hold();
    expect((await ask('email', { email: mail })).status).toBe(200);
    release();
  });

  it('counts requests without an access token as logins of their client', async () => {
    await server.close();
    server = await startClientServer({ allowances: { perAddress: { max: 2, windowMs: 60_000 } } });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      statuses.push((await server.call('POST', path, { new_password: next })).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
  });
});

describe('deactivation', () => {
  const path = `${v3}/account/deactivate`;

  it('deactivates the account after the password', async () => {
    const { token } = await logIn('alice');
    const { status, json } = await withPassword('POST', path, token, { erase: true });
    expect([status, json]).toEqual([200, { id_server_unbind_result: 'success' }]);
    expect(await whoAmI(token)).toBe(401);
    expect((await logIn('alice')).status).toBe(403);
    await server.embedded.addAddress(bob, { medium: 'email', address: mail });
  });

  it('does nothing after a wrong password', async () => {
    const { token } = await logIn('alice');
    const challenge = await server.call('POST', path, {}, token);
    const auth = passwordAuth(challenge, 'alice', 'a guess');
    expect((await server.call('POST', path, { auth }, token)).status).toBe(401);
    expect(await whoAmI(token)).toBe(200);
  });

  it('unbinds at other identity servers, as far as possible', async () => {
    const binding = { medium: 'email', address: mail, sid: 'any', mxid: alice, createdAt: 0 } as const;
    await server.embedded.database.transaction(async (tx) => {
      const { Secret } = await import('../../../src/base/secret.js');
      const clientSecret = new Secret('any');
      await tx.identityBindings.save({ ...binding, id: 'one', idServer: 'id.elsewhere.test', clientSecret });
    });
    const { token } = await logIn('alice');
    const { json } = await withPassword('POST', path, token, { id_server: 'id.other.test' });
    expect(json).toEqual({ id_server_unbind_result: 'no-support' });
  });

  it('rejects an invalid identity server', async () => {
    const { token } = await logIn('alice');
    const { status, json } = await server.call('POST', path, { id_server: 'a b' }, token);
    expect([status, json['errcode']]).toEqual([400, 'M_INVALID_PARAM']);
  });
});
