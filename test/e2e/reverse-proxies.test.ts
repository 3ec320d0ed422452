import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startEchoServer, type Echo, type EchoServer } from '../support/echo-server.js';
import { proxyMissing, proxyNames, readDeployFile, startProxy, type RunningProxy } from '../support/proxy-programs.js';
import { routeByTraefik } from '../support/traefik-rules.js';

/** The target of a path: one of the two servers, or a file of the proxy. */
type Target = 'gangway' | 'homeserver' | 'file' | 'refused';

const home = 'matrix.example.com';
const serverName = 'example.com';

/** Paths of which the exact form matters, and paths of the homeserver. */
const singlePaths: readonly (readonly [host: string, path: string, target: Target])[] = [
  ...['v3', 'r0', 'unstable', 'api/v1'].flatMap((version) => [
    [home, `/_matrix/client/${version}/login`, 'gangway'] as const,
    [home, `/_matrix/client/${version}/login/sso/redirect?redirectUrl=https%3A%2F%2Fa.example`, 'homeserver'] as const,
    [home, `/_matrix/client/${version}/logins`, 'homeserver'] as const,
  ]),
  [home, '/_matrix/client/v1/login/get_token', 'homeserver'],
  [home, '/_matrix/client/v3/account/3pids', 'homeserver'],
  [home, '/_matrix/client/v3/account/whoami', 'homeserver'],
  [home, '/_matrix/client/unstable/add_threepid/msisdn/submit_token', 'homeserver'],
  [home, '/_matrix/client/unstable/gangway/add_threepid/msisdn/submit_token?token=1', 'gangway'],
  [home, '/_matrix/client/v3/sync?since=a%2Fb', 'homeserver'],
  [home, '/_matrix/client/v3/profile/%40alice%3Aexample.com', 'homeserver'],
  [home, '/_matrix/client/versions', 'homeserver'],
  [home, '/_matrix/federation/v1/version', 'homeserver'],
  [home, '/_matrix/media/v3/config', 'homeserver'],
  [home, '/_synapse/client/pick_idp', 'homeserver'],
  [home, '/_synapse/admin/v1/server_version', 'refused'],
  [home, '/_matrix/identity', 'gangway'],
  [home, '/_matrix/identity/telegram-gateway/secret', 'gangway'],
  [home, '/_matrix/identity-of-others', 'homeserver'],
  [home, '/_matrix/provision/v3/resolve_identifier/%2B441632960123?user_id=@alice:example.com', 'gangway'],
  [home, '/_matrix/mau/live', 'refused'],
  [home, '/_matrix/mau/ready', 'refused'],
  [home, '/_matrix/app/v1/transactions/1', 'refused'],
  [home, '/_gangway', 'gangway'],
  [home, '/_gangway/', 'gangway'],
  [home, '/_gangway/login/phone', 'gangway'],
  [home, '/_gangway/widget/', 'gangway'],
  [home, '/_gangway/link/c2VjcmV0', 'gangway'],
  [home, '/_gangway/v1', 'refused'],
  [home, '/_gangway/V1/Sessions', 'refused'],
  [home, '/_gangway//v1//sessions', 'refused'],
  [home, '/_gangway/v1/%73essions/acquire', 'refused'],
  [home, '/_gangway/%761/sessions', 'refused'],
  [home, '/_gangway/delegate/secret/submitToken', 'refused'],
  [home, '/_gangways', 'refused'],
  [home, '/', 'refused'],
  [home, '/metrics', 'refused'],
  [serverName, '/.well-known/matrix/mautrix', 'gangway'],
  [serverName, '/.well-known/matrix/client', 'file'],
  [serverName, '/.well-known/matrix/server', 'file'],
  [serverName, '/_matrix/provision/v3/whoami', 'refused'],
  [serverName, '/', 'refused'],
];

interface Operation {
  readonly servers?: readonly { readonly url: string }[];
}
interface Document extends Operation {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const apis = new URL('../../docs/openapi/', import.meta.url);

/** Every path of an OpenAPI file, with an example in place of each parameter. */
function documentedPaths(file: string): string[] {
  const document = JSON.parse(readFileSync(new URL(file, apis), 'utf8')) as Document;
  return Object.entries(document.paths).flatMap(([path, operations]) => {
    const servers = Object.values(operations)[0]?.servers ?? document.servers ?? [];
    return servers.map(({ url }) => `${url}${path.replaceAll(/\{\w+\}/g, '@alice:example.com')}`);
  });
}

const internal = /^(admin|sessions|web)-/;
const files = readdirSync(apis);
const allPaths = [
  ...singlePaths,
  ...files
    .filter((file) => !file.startsWith('client-server-'))
    .flatMap((file) =>
      documentedPaths(file).map((path) => [home, path, internal.test(file) ? 'refused' : 'gangway'] as const),
    ),
  ...documentedPaths('client-server-v3.json')
    .filter((path) => path.includes('/account/3pid'))
    .map((path) => [home, path, 'gangway'] as const),
];

const expected = Object.fromEntries(allPaths.map(([host, path, target]) => [`${host}${path}`, target]));

it('the files of all APIs are part of the table of routes', () => {
  expect(Object.keys(expected)).toEqual(
    expect.arrayContaining([
      'matrix.example.com/_gangway/v1/admin/users',
      'matrix.example.com/_gangway/v1/sessions/acquire',
      'matrix.example.com/_gangway/v1/links',
      'matrix.example.com/_matrix/client/r0/account/3pid/msisdn/requestToken',
      'matrix.example.com/_matrix/identity/api/v1/bulk_lookup',
      'matrix.example.com/_matrix/identity/v2/account/register',
      'matrix.example.com/_matrix/provision/v1/user/@alice:example.com/login/qr',
      'matrix.example.com/_matrix/provision/v3/login/flows',
      'matrix.example.com/_matrix/provision/login/@alice:example.com/request_code',
    ]),
  );
});

describe.each(proxyNames)('%s', (name) => {
  describe.skipIf(proxyMissing(name) !== undefined)(`with its file in deploy ${proxyMissing(name) ?? ''}`, () => {
    let gangway: EchoServer;
    let homeserver: EchoServer;
    let proxy: RunningProxy;

    beforeAll(async () => {
      gangway = await startEchoServer('gangway');
      homeserver = await startEchoServer('homeserver');
      proxy = await startProxy(name, { gangway: gangway.address, homeserver: homeserver.address });
    });
    afterAll(async () => {
      await proxy.stop();
      await gangway.stop();
      await homeserver.stop();
    });

    it('routes each path to Gangway, to the homeserver, or nowhere', async () => {
      const found: Record<string, Target> = {};
      for (const [host, path] of allPaths) found[`${host}${path}`] = targetOf(await send(proxy.port, host, path));
      expect(found).toEqual(expected);
    });

    it.each([
      [home, '/_matrix/client/v3/login', 'gangway'],
      [home, '/_matrix/provision/v3/resolve_identifier/%2B44?user_id=@alice:example.com', 'gangway'],
      [home, '/_matrix/identity/v2/lookup', 'gangway'],
      [home, '/_gangway/', 'gangway'],
      [serverName, '/.well-known/matrix/mautrix', 'gangway'],
      [home, '/_matrix/client/v3/profile/%40alice%3Aexample.com', 'homeserver'],
    ])('replaces what a client claims about its address, at https://%s%s', async (host, uri, server) => {
      const { body } = await send(proxy.port, host, uri, { headers: { 'X-Forwarded-For': '203.0.113.9' } });
      expect(JSON.parse(body)).toEqual({ server, uri, forwardedFor: '127.0.0.1', host: expect.stringContaining(host) });
    });

    it('opens the WebSocket of a QR login', async () => {
      const path = '/_matrix/provision/v1/user/@alice:example.com/login/qr';
      const socket = new WebSocket(`wss://${home}:${proxy.port}${path}`, {
        lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
        rejectUnauthorized: false,
      });
      const message = await new Promise<string>((resolve, reject) => {
        socket.once('message', (data: Buffer) => resolve(data.toString('utf8')));
        socket.once('error', reject);
      });
      socket.terminate();
      expect(JSON.parse(message)).toMatchObject({ server: 'gangway', uri: path, forwardedFor: '127.0.0.1' });
    });

    it.each([
      ['a lookup of 1 MiB', '/_matrix/identity/v2/lookup', 1024 * 1024],
      ['an upload of 8 MiB', '/_matrix/media/v3/upload', 8 * 1024 * 1024],
    ])('accepts %s', async (_, path, bytes) => {
      expect(await send(proxy.port, home, path, { body: Buffer.alloc(bytes) })).toMatchObject({ status: 200 });
    });
  });
});

it('Traefik, by the rules in its file, routes the paths as the other proxies do', () => {
  const rules = readDeployFile('traefik.yaml');
  // Traefik compares decoded paths, and the files of the server name are not its own.
  const rows = allPaths.filter(([, , target]) => target !== 'file');
  const found = rows.map(([host, path]) => {
    const decoded = decodeURIComponent(path.replace(/\?.*/, ''));
    return [`${host}${path}`, routeByTraefik(rules, host, decoded) ?? 'refused'];
  });
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(rows.map(([host, path, target]) => [`${host}${path}`, target])),
  );
});

interface Reply {
  readonly status: number | undefined;
  readonly body: string;
}

function send(
  port: number,
  host: string,
  path: string,
  { headers = {}, body }: { readonly headers?: Record<string, string>; readonly body?: Buffer } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        servername: host,
        rejectUnauthorized: false,
        agent: false,
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: { Host: `${host}:${port}`, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function targetOf({ status, body }: Reply): Target {
  if (status === 404) return 'refused';
  const { server } = JSON.parse(body) as Partial<Echo>;
  return server === 'gangway' || server === 'homeserver' ? server : 'file';
}
