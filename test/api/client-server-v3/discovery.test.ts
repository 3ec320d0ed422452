import { AutoDiscovery, AutoDiscoveryAction } from 'matrix-js-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccountAuthority } from '../../../src/accounts/authority.js';
import {
  loginPaths,
  startClientServer,
  type ClientServer,
  type ClientServerOptions,
} from '../../support/client-server.js';

const homeserver = 'https://matrix.example.test';
const identityServer = 'https://id.example.test';

let server: ClientServer;
const start = async (options: ClientServerOptions = {}) => {
  server = await startClientServer(options);
};
afterEach(() => server.close());

const capabilitiesOf = async () => {
  await server.embedded.addUser('alice');
  const login = { type: 'm.login.password', user: 'alice', password: 'the password of alice' };
  const token = String((await server.call('POST', loginPaths.v3, login)).json['access_token']);
  return server.call('GET', '/_matrix/client/v3/capabilities', undefined, token);
};

describe('GET /_matrix/client/versions', () => {
  it.each([
    ['without an access token', undefined],
    ['with an unknown access token', 'no-token-of-ours'],
  ])('answers %s', async (_, token) => {
    await start();
    const { status, json, headers } = await server.call('GET', '/_matrix/client/versions', undefined, token);
    expect(status).toBe(200);
    // matrix-js-sdk 12.5 requires r0.6.0 to add addresses; matrix-js-sdk 36 and matrix-rust-sdk
    // require v1.1 or newer.
    expect(json).toEqual({ versions: expect.arrayContaining(['r0.6.0', 'v1.1', 'v1.11']), unstable_features: {} });
    expect(headers['access-control-allow-origin']).toBe('*');
  });
});

describe('GET /.well-known/matrix/client', () => {
  it.each([
    ['without an identity server', undefined, { 'm.homeserver': { base_url: homeserver } }],
    [
      'with an identity server',
      identityServer,
      { 'm.homeserver': { base_url: homeserver }, 'm.identity_server': { base_url: identityServer } },
    ],
  ])('contains the base URLs, %s', async (_, id, expected) => {
    await start({ discovery: { wellKnown: { homeserver, identityServer: id } } });
    const { status, json, headers } = await server.call('GET', '/.well-known/matrix/client');
    expect({ status, json }).toEqual({ status: 200, json: expected });
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  it('is 404 if no base URL is configured', async () => {
    await start({ discovery: { wellKnown: undefined } });
    expect((await server.call('GET', '/.well-known/matrix/client')).status).toBe(404);
  });
});

describe('GET /capabilities', () => {
  it.each([true, false])('reports whether 3PIDs can be changed: %s', async (mayChangeAddresses) => {
    await start({ discovery: { mayChangeAddresses } });
    const { status, json } = await capabilitiesOf();
    expect(status).toBe(200);
    expect(json['capabilities']).toMatchObject({
      'm.3pid_changes': { enabled: mayChangeAddresses },
      'm.change_password': { enabled: true },
    });
  });

  it('requires an access token', async () => {
    await start();
    expect(await server.call('GET', '/_matrix/client/v3/capabilities')).toMatchObject({
      status: 401,
      json: { errcode: 'M_MISSING_TOKEN' },
    });
  });
});

describe('beside a homeserver', () => {
  it.each(['/_matrix/client/versions', '/.well-known/matrix/client', '/_matrix/client/v3/capabilities'])(
    'leaves %s to the homeserver',
    async (path) => {
      const authority: Partial<AccountAuthority> = {};
      await start({ authority: authority as AccountAuthority });
      expect((await server.call('GET', path)).status).toBe(404);
    },
  );
});

describe("matrix-js-sdk's AutoDiscovery", () => {
  it('finds Gangway by the server name, and accepts it', async () => {
    await start({ discovery: { wellKnown: { homeserver, identityServer: undefined } } });
    AutoDiscovery.setFetchFn((input, init) => {
      const { pathname, host } = new URL(input instanceof Request ? input.url : input);
      if (!['example.test', 'matrix.example.test'].includes(host)) throw new Error(`an unexpected request to ${host}`);
      return fetch(`http://127.0.0.1:${server.port}${pathname}`, init);
    });
    try {
      const found = await AutoDiscovery.findClientConfig('example.test');
      expect(found['m.homeserver']).toMatchObject({
        state: AutoDiscoveryAction.SUCCESS,
        error: null,
        base_url: homeserver,
      });
    } finally {
      AutoDiscovery.setFetchFn(fetch);
    }
  });
});
