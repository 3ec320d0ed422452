import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginPaths, startClientServer, type ClientServer } from '../../support/client-server.js';
import { startFakeHomeserver } from '../../support/fake-homeserver.js';
import { createTestRelay } from '../../support/relay-accounts.js';

const path = loginPaths.v1;
const password = 'the password of alice';

let server: ClientServer;

beforeEach(async () => {
  server = await startClientServer();
  const { mxid } = await server.embedded.addUser('alice');
  await server.embedded.addAddress(mxid, { medium: 'email', address: 'alice@example.test' });
});

afterEach(() => server.close());

describe('a login in version 1', () => {
  it.each([
    ['the body of the specification', { username: 'alice', password }],
    ['a whole Matrix ID', { username: '@alice:example.test', password }],
    ['what clients send', { type: 'm.login.password', user: 'alice', password }],
    ['a 3PID', { type: 'm.login.password', medium: 'email', address: 'alice@example.test', password }],
    ['a username that is null', { username: null, user: 'alice', password }],
    ['a username and a user', { username: 'alice', user: 'unknown', password }],
    ['a request for refresh tokens', { username: 'alice', password, refresh_token: true }],
    ['an invalid request for refresh tokens', { username: 'alice', password, refresh_token: 'yes' }],
    ['the members of later clients', { identifier: { type: 'm.id.user', user: 'alice' }, password }],
  ])('works with %s, and its token does not expire', async (_, body) => {
    const { status, json } = await server.call('POST', path, body);
    expect(status).toBe(200);
    expect(json).toEqual({
      user_id: '@alice:example.test',
      access_token: expect.any(String) as string,
      home_server: 'example.test',
      device_id: expect.any(String) as string,
    });
    await server.embedded.clock.advance(365 * 86_400_000);
    const holder = await server.call(
      'GET',
      '/_matrix/client/v3/account/whoami',
      undefined,
      String(json['access_token']),
    );
    expect(holder.json).toMatchObject({ user_id: '@alice:example.test' });
  });

  it.each([{ username: 'alice' }, { user: 'alice' }, { username: null, user: 'alice' }])(
    'with %j is answered as by current homeservers',
    async (who) => {
      const homeserver = await startFakeHomeserver('home.test');
      homeserver.addUser('alice', password);
      const { authority } = createTestRelay(homeserver.url, 'home.test');
      const relay = await startClientServer({ authority });
      try {
        expect(await relay.call('POST', path, { ...who, password })).toMatchObject({ status: 200 });
        const identifier = { type: 'm.id.user', user: 'alice' };
        expect(homeserver.requests.map(({ body }) => body)).toEqual([
          { type: 'm.login.password', identifier, password },
        ]);
      } finally {
        await relay.close();
        await homeserver.close();
      }
    },
  );

  it('accepts a login token', async () => {
    const { json } = await server.call('POST', path, { username: 'alice', password });
    const accessToken = String(json['access_token']);
    const getToken = (body: object) => server.call('POST', '/_matrix/client/v1/login/get_token', body, accessToken);
    const { session } = (await getToken({})).json;
    const auth = { type: 'm.login.password', session, user: 'alice', password };
    const { login_token: token } = (await getToken({ auth })).json;
    expect(await server.call('POST', path, { type: 'm.login.token', token })).toMatchObject({ status: 200 });
  });

  it('requires no access token, and ignores one', async () => {
    const { status } = await server.call('POST', `${path}?access_token=unknown`, { username: 'alice', password });
    expect(status).toBe(200);
  });

  it('has the same login types, except for issuing login tokens', async () => {
    const { status, json } = await server.call('GET', path);
    expect([status, json]).toEqual([200, { flows: [{ type: 'm.login.password' }, { type: 'm.login.token' }] }]);
  });
});
