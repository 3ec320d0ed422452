import { signingKey, type SigningKey } from '../../src/base/ed25519.js';
import { Secret } from '../../src/base/secret.js';
import { signJson } from '../../src/base/signed-json.js';
import { replyJson, startThirdPartyServer, type ThirdPartyServer } from './third-party-server.js';

/** Returns a key for this test; equal numbers give equal keys. */
export function testKey(version: string, number: number): SigningKey {
  const key = signingKey(version, new Secret(Buffer.alloc(32, number).toString('base64')));
  if (key === undefined) throw new Error('no key');
  return key;
}

/** The keys that a homeserver publishes, and its answers about its users. */
export interface FederatingWorld {
  /** Fields of the published keys. */
  serverName: string;
  keys: readonly SigningKey[];
  validUntil: number;
  /** The users of these OpenID tokens. */
  readonly subjects: Map<string, unknown>;
}

/** A homeserver as other servers see it, on the loopback interface. */
export interface FederatingHomeserver extends FederatingWorld, ThirdPartyServer {
  /** The keys that it publishes now. */
  published(): Record<string, unknown>;
  /** Sets its answer; undefined restores the default. */
  behave(reply?: Parameters<ThirdPartyServer['answer']>[0]): void;
}

/** Starts a homeserver. The caller closes it. Its name is its address unless another is given. */
export async function startFederatingHomeserver(
  options: Parameters<typeof startThirdPartyServer>[0] = {},
): Promise<FederatingHomeserver> {
  const server = await startThirdPartyServer(options);
  const world: FederatingWorld = {
    serverName: `127.0.0.1:${server.port}`,
    keys: [testKey('a_1', 1)],
    validUntil: Number.MAX_SAFE_INTEGER,
    subjects: new Map(),
  };
  const homeserver = Object.assign(world, server, {
    published(): Record<string, unknown> {
      const { serverName, keys, validUntil } = world;
      const bare = {
        server_name: serverName,
        valid_until_ts: validUntil,
        verify_keys: Object.fromEntries(keys.map(({ keyId, publicKey }) => [keyId, { key: publicKey }])),
        old_verify_keys: {},
      };
      return keys.reduce((signed, key) => signJson(signed, serverName, key), bare);
    },
    behave(reply = byItself) {
      server.answer(reply);
    },
  });
  const byItself: Parameters<ThirdPartyServer['answer']>[0] = (response, { method, path }) => {
    const url = new URL(path ?? '/', 'http://here');
    const asked = `${method} ${url.pathname}`;
    if (asked === 'GET /_matrix/key/v2/server') return replyJson(response, 200, homeserver.published());
    if (asked === 'POST /_matrix/federation/v1/3pid/onbind') return replyJson(response, 200, {});
    if (asked === 'GET /_matrix/federation/v1/openid/userinfo') {
      const sub = world.subjects.get(url.searchParams.get('access_token') ?? '');
      if (sub !== undefined) return replyJson(response, 200, { sub });
      return replyJson(response, 401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Access Token unknown or expired' });
    }
    return replyJson(response, 404, { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' });
  };
  homeserver.behave();
  return homeserver;
}
