import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginPaths, startClientServer, type ClientServer } from '../../support/client-server.js';

const alice = '@alice:example.test';
const hourMs = 3_600_000;

let server: ClientServer;

beforeEach(async () => {
  server = await startClientServer();
  await server.embedded.addUser('alice');
  await server.embedded.addUser('bob');
});

afterEach(() => server.close());

async function logIn(user = 'alice', more: object = {}): Promise<string> {
  const body = { type: 'm.login.password', user, password: `the password of ${user}`, ...more };
  return String((await server.call('POST', loginPaths.v3, body)).json['access_token']);
}

const pathOf = (mxid: string, prefix = '/_matrix/client/v3') =>
  `${prefix}/user/${encodeURIComponent(mxid)}/openid/request_token`;
const ask = (accessToken: string | undefined, mxid = alice) => server.call('POST', pathOf(mxid), {}, accessToken);
const tokenOf = async (accessToken: string) => String((await ask(accessToken)).json['access_token']);
const userOf = async (token: string) => {
  const path = `/_matrix/federation/v1/openid/userinfo?access_token=${encodeURIComponent(token)}`;
  const { status, json } = await server.call('GET', path);
  return [status, json['sub'] ?? json['errcode']];
};

describe('OpenID tokens', () => {
  it('are issued to the user of the access token, in every spelling of the path, and identify that user', async () => {
    const accessToken = await logIn();
    for (const prefix of ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/unstable']) {
      const { status, json } = await server.call('POST', pathOf(alice, prefix), {}, accessToken);
      expect([status, json]).toEqual([
        200,
        {
          access_token: expect.stringMatching(/^gwo_/),
          token_type: 'Bearer',
          matrix_server_name: 'example.test',
          expires_in: 3600,
        },
      ]);
      expect(await userOf(String(json['access_token']))).toEqual([200, alice]);
    }
  });

  it('authenticate no other request', async () => {
    const token = await tokenOf(await logIn());
    expect((await server.call('GET', '/_matrix/client/v3/account/whoami', undefined, token)).status).toBe(401);
  });

  it.each(['@bob:example.test', '@Alice:example.test', 'alice', '@alice:elsewhere.test'])(
    'are not issued for %s to another user',
    async (mxid) => {
      const { status, json } = await ask(await logIn(), mxid);
      expect([status, json['errcode']]).toEqual([403, 'M_FORBIDDEN']);
    },
  );

  it('are valid for an hour', async () => {
    const token = await tokenOf(await logIn());
    await server.embedded.clock.advance(hourMs - 1);
    expect(await userOf(token)).toEqual([200, alice]);
    await server.embedded.clock.advance(1);
    expect(await userOf(token)).toEqual([401, 'M_UNKNOWN_TOKEN']);
    await server.embedded.accounts.sweep();
    expect(await userOf(token)).toEqual([401, 'M_UNKNOWN_TOKEN']);
  });

  it('end with the login that requested them, and with the account', async () => {
    const [first, second] = [await logIn(), await logIn()];
    const tokens = [await tokenOf(first), await tokenOf(second)] as const;
    await server.call('POST', '/_matrix/client/v3/logout', {}, first);
    expect([await userOf(tokens[0]), await userOf(tokens[1])]).toEqual([
      [401, 'M_UNKNOWN_TOKEN'],
      [200, alice],
    ]);
    const { mxid } = (await server.embedded.administration.find('alice')) ?? expect.fail('there is no alice');
    await server.embedded.administration.deactivate(mxid);
    expect(await userOf(tokens[1])).toEqual([401, 'M_UNKNOWN_TOKEN']);
  });

  it('are issued thirty times in ten minutes to one user', async () => {
    const [alices, bobs] = [await logIn(), await logIn('bob')];
    for (let count = 0; count < 30; count += 1) expect((await ask(alices)).status).toBe(200);
    const { status, json } = await ask(alices);
    expect([status, json]).toEqual([
      429,
      expect.objectContaining({ errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 20_000 }),
    ]);
    expect((await ask(bobs, '@bob:example.test')).status).toBe(200);
    await server.embedded.clock.advance(20_000);
    expect((await ask(alices)).status).toBe(200);
  });

  it.each([
    ['without an access token', undefined, 'M_MISSING_TOKEN'],
    ['for a wrong one', 'wrong', 'M_UNKNOWN_TOKEN'],
  ])('are not issued %s', async (_what, accessToken, errcode) => {
    const { status, json } = await ask(accessToken);
    expect([status, json['errcode']]).toEqual([401, errcode]);
  });

  it('are rejected if they are unknown or missing, and so is an access token', async () => {
    for (const token of ['wrong', await logIn()]) expect(await userOf(token)).toEqual([401, 'M_UNKNOWN_TOKEN']);
    const { status, json } = await server.call('GET', '/_matrix/federation/v1/openid/userinfo');
    expect([status, json['errcode']]).toEqual([401, 'M_MISSING_TOKEN']);
  });

  it('are stored as hashes, and are in no log', async () => {
    const token = await tokenOf(await logIn());
    await userOf(token);
    const { database } = server.embedded;
    const body = token.slice(4, -7);
    expect(JSON.stringify(server.log.lines)).not.toContain(body);
    expect(await database.transaction((tx) => tx.openIdTokens.find(token))).toBeUndefined();
  });

  it('are the homeserver’s if it has the accounts', async () => {
    const relay = await startClientServer({ authority: server.embedded.accounts });
    expect((await relay.call('POST', pathOf(alice), {}, await logIn())).status).toBe(404);
    expect((await relay.call('GET', '/_matrix/federation/v1/openid/userinfo?access_token=x')).status).toBe(404);
    await relay.close();
  });
});
