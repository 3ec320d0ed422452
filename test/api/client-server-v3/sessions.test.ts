import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { loginPaths, startClientServer, type ClientServer, type MatrixReply } from '../../support/client-server.js';

const v3 = '/_matrix/client/v3';
const v1 = '/_matrix/client/v1';
const password = 'the password of alice';

let server: ClientServer;

beforeEach(async () => {
  server = await startClientServer();
  await server.embedded.addUser('alice');
});

afterEach(() => server.close());

async function logIn(more: object = {}): Promise<Record<string, string>> {
  const body = { type: 'm.login.password', user: 'alice', password, ...more };
  const { json } = await server.call('POST', loginPaths.v3, body);
  return json as Record<string, string>;
}

const whoAmI = (token: string | undefined) => server.call('GET', `${v3}/account/whoami`, undefined, token);

describe('whoami', () => {
  it('returns the user of a token, in every spelling of the path', async () => {
    const { access_token: token, device_id: device } = await logIn();
    for (const prefix of [v3, '/_matrix/client/r0', '/_matrix/client/unstable']) {
      const { status, json } = await server.call('GET', `${prefix}/account/whoami`, undefined, token);
      expect([status, json]).toEqual([200, { user_id: '@alice:example.test', device_id: device, is_guest: false }]);
    }
  });

  it('accepts the token in the query from old clients, and prefers the header', async () => {
    const { access_token: token } = await logIn();
    const ask = (query: string, headers = {}) =>
      server.send({ method: 'GET', path: `${v3}/account/whoami?${query}`, headers });
    expect((await ask(`access_token=${token}`)).status).toBe(200);
    expect((await ask(`access_token=${token}`, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await ask('access_token=wrong', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect(JSON.stringify(server.log.lines)).not.toContain(token);
  });

  it('distinguishes a missing token, an unknown one and one that has expired', async () => {
    const { access_token: token } = await logIn({ refresh_token: true });
    const missing = await whoAmI(undefined);
    expect(missing).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(missing.json).toEqual({ errcode: 'M_MISSING_TOKEN', error: 'Missing access token' });
    const unknown = await whoAmI('unknown');
    expect(unknown.status).toBe(401);
    expect(unknown.json).toEqual({ errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown or expired token', soft_logout: false });
    await server.embedded.clock.advance(300_001);
    const expired = await whoAmI(token);
    expect(expired.status).toBe(401);
    expect(expired.json).toEqual({ errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown or expired token', soft_logout: true });
  });
});

describe('refresh', () => {
  it.each([v3, v1])('replaces tokens at %s', async (prefix) => {
    const { refresh_token: old } = await logIn({ refresh_token: true });
    const { status, json } = await server.call('POST', `${prefix}/refresh`, { refresh_token: old });
    expect([status, json]).toEqual([
      200,
      {
        access_token: expect.any(String) as string,
        refresh_token: expect.any(String) as string,
        expires_in_ms: 300_000,
      },
    ]);
    expect((await whoAmI(String(json['access_token']))).status).toBe(200);
  });

  it.each([
    ['{}', 400, 'M_MISSING_PARAM', 'Missing parameter refresh_token'],
    ['{"refresh_token":5}', 400, 'M_BAD_JSON', 'Content is not a JSON object of the right shape'],
    ['[]', 400, 'M_BAD_JSON', 'Content is not a JSON object of the right shape'],
    ['{', 400, 'M_NOT_JSON', 'Content is not JSON'],
    ['{"refresh_token":"unknown"}', 401, 'M_UNKNOWN_TOKEN', 'Unknown or expired token'],
  ])('rejects %s', async (body, status, errcode, error) => {
    const reply = await server.send({ method: 'POST', path: `${v3}/refresh`, body });
    expect(reply.status).toBe(status);
    expect(reply.json).toMatchObject({ errcode, error });
  });
});

describe('logout', () => {
  it('ends this login only', async () => {
    const [one, two] = [await logIn(), await logIn()];
    const { status, json } = await server.call('POST', `${v3}/logout`, undefined, one['access_token']);
    expect([status, json]).toEqual([200, {}]);
    expect((await whoAmI(one['access_token'])).status).toBe(401);
    expect((await whoAmI(two['access_token'])).status).toBe(200);
  });

  it('ends all logins on request', async () => {
    const [one, two] = [await logIn(), await logIn()];
    expect((await server.call('POST', `${v3}/logout/all`, {}, one['access_token'])).status).toBe(200);
    expect((await whoAmI(one['access_token'])).status).toBe(401);
    expect((await whoAmI(two['access_token'])).status).toBe(401);
  });

  it.each(['/logout', '/logout/all'])(
    'accepts an expired access token at %s, and ends its refresh token',
    async (path) => {
      const { access_token: token, refresh_token: refreshToken } = await logIn({ refresh_token: true });
      await server.embedded.clock.advance(300_001);
      expect((await whoAmI(token)).json).toMatchObject({ soft_logout: true });
      const { status, json } = await server.call('POST', `${v3}${path}`, {}, token);
      expect([status, json]).toEqual([200, {}]);
      const refreshed = await server.call('POST', `${v3}/refresh`, { refresh_token: refreshToken });
      expect([refreshed.status, refreshed.json]).toMatchObject([401, { soft_logout: false }]);
      expect(await server.embedded.devicesOf('@alice:example.test' as Mxid)).toEqual([]);
      expect((await server.call('POST', `${v3}${path}`, {}, token)).status).toBe(401);
    },
  );

  it('accepts an access token that a refresh has replaced', async () => {
    const { access_token: token, refresh_token: refreshToken } = await logIn({ refresh_token: true });
    const { json } = await server.call('POST', `${v3}/refresh`, { refresh_token: refreshToken });
    const replacement = String(json['access_token']);
    expect((await whoAmI(replacement)).status).toBe(200);
    await server.embedded.clock.advance(300_001);
    expect((await server.call('POST', `${v3}/logout`, {}, token)).status).toBe(200);
    expect((await whoAmI(replacement)).json).toMatchObject({ soft_logout: false });
  });

  it.each(['/logout', '/logout/all'])('at %s requires a token', async (path) => {
    expect(await server.call('POST', `${v3}${path}`)).toMatchObject({
      status: 401,
      json: { errcode: 'M_MISSING_TOKEN' },
    });
    expect(await server.call('POST', `${v3}${path}`, {}, 'unknown')).toMatchObject({
      status: 401,
      json: { errcode: 'M_UNKNOWN_TOKEN', soft_logout: false },
    });
  });
});

describe('a login token', () => {
  const getToken = (token: string | undefined, body: unknown) =>
    server.call('POST', `${v1}/login/get_token`, body, token);
  const auth = (reply: MatrixReply, given = password) => ({
    type: 'm.login.password',
    session: reply.json['session'],
    identifier: { type: 'm.id.user', user: 'alice' },
    password: given,
  });

  it('is issued after user-interactive authentication, and logs in once', async () => {
    const { access_token: token } = await logIn();
    const first = await getToken(token, {});
    expect(first.status).toBe(401);
    expect(first.json).toMatchObject({
      flows: [{ stages: ['m.login.password'] }],
      session: expect.any(String) as string,
    });
    const granted = await getToken(token, { auth: auth(first) });
    expect(granted.status).toBe(200);
    expect(granted.json).toEqual({ login_token: expect.any(String) as string, expires_in_ms: 120_000 });
    const body = { type: 'm.login.token', token: granted.json['login_token'] };
    expect((await server.call('POST', loginPaths.v3, body)).json).toMatchObject({ user_id: '@alice:example.test' });
    expect(await server.call('POST', loginPaths.v3, body)).toMatchObject({
      status: 403,
      json: { errcode: 'M_FORBIDDEN', error: 'Invalid login token' },
    });
  });

  it('is not issued after a wrong password', async () => {
    const { access_token: token } = await logIn();
    const refused = await getToken(token, { auth: auth(await getToken(token, {}), 'a guess') });
    expect(refused.status).toBe(401);
    expect(refused.json).toMatchObject({ errcode: 'M_FORBIDDEN', error: expect.any(String) as string, completed: [] });
  });

  it('is issued once a minute', async () => {
    const { access_token: token } = await logIn();
    expect((await getToken(token, { auth: auth(await getToken(token, {})) })).status).toBe(200);
    expect(await getToken(token, {})).toMatchObject({
      status: 429,
      json: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 60_000 },
      headers: { 'retry-after': '60' },
    });
  });

  it('requires an access token, which is checked before the body', async () => {
    const refuse = (authorization?: string) =>
      server.send({
        method: 'POST',
        path: `${v1}/login/get_token`,
        headers: authorization === undefined ? {} : { authorization },
        body: '{',
      });
    expect((await refuse()).json).toMatchObject({ errcode: 'M_MISSING_TOKEN' });
    expect((await refuse('Bearer unknown')).json).toMatchObject({ errcode: 'M_UNKNOWN_TOKEN' });
    const { access_token: token } = await logIn();
    expect((await refuse(`Bearer ${token}`)).json).toMatchObject({ errcode: 'M_NOT_JSON' });
  });
});
