import type { Mxid } from '../src/base/mxid.js';
import { hashesOf, lookupHash } from '../src/identity/lookup-hash.js';
import type { ConfigOverrides } from '../test/support/daemon.js';
import { startFederatingHomeserver } from '../test/support/federating-homeserver.js';
import { startMatrixDaemon, type MatrixDaemon } from './matrix-daemon.js';

/** The path of version 2 of the identity service. */
export const identityApi = '/_matrix/identity/v2';

const openIdToken = 'token';
const batch = 500;
const many = { max: 1_000_000, window_seconds: 1 };

/**
 * Starts a daemon with accounts of its own and the identity service. A stand-in of the homeserver
 * knows one OpenID token.
 */
export async function startIdentityDaemon(overrides: ConfigOverrides = {}): Promise<MatrixDaemon> {
  const homeserver = await startFederatingHomeserver({ certificate: 'none' });
  homeserver.subjects.set(openIdToken, '@alice:example.test');
  const daemon = await startMatrixDaemon({
    ...overrides,
    identity: {
      enabled: true,
      public_url: 'https://id.example.test',
      lookup: { per_user: many, per_server: many, per_network: many },
    },
    outgoing: { servers: { 'example.test': `http://127.0.0.1:${homeserver.port}` } },
  });
  return {
    ...daemon,
    async stop() {
      await daemon.stop();
      await homeserver.close();
    },
  };
}

/** What a client needs for a lookup. */
export interface PublishedAddresses {
  /** An access token of the identity service. */
  readonly token: string;
  readonly pepper: string;
  /** The hashes of the addresses, as a client sends them. */
  readonly hashes: readonly string[];
}

/** Inserts so many users with a published e-mail address each into the database. */
export async function publishAddresses({ gangway }: MatrixDaemon, count: number): Promise<PublishedAddresses> {
  const openId = { access_token: openIdToken, matrix_server_name: 'example.test' };
  const { body } = await gangway.request('POST', `${identityApi}/account/register`, openId);
  const token = String(body['token']);
  const { body: details } = await gangway.request('GET', `${identityApi}/hash_details`, undefined, token);
  const pepper = String(details['lookup_pepper']);

  const database = await gangway.openDatabase();
  const addresses = Array.from({ length: count }, (_, index) => `user${index}@mail.example.test`);
  for (let from = 0; from < count; from += batch) {
    await database.transaction(async (tx) => {
      const peppers = await tx.lookupHashes.holdPeppers();
      for (const address of addresses.slice(from, from + batch)) {
        const mxid = `@${address.replace('@', '.')}:example.test` as Mxid;
        const association = { id: address, mxid, medium: 'email', address, alias: undefined } as const;
        await tx.identityAssociations.insert({ ...association, signed: '{}', createdAt: 0 });
        await tx.lookupHashes.insert(hashesOf(association, peppers));
      }
    });
  }
  await database.close();
  return { token, pepper, hashes: addresses.map((address) => lookupHash({ medium: 'email', address }, pepper)) };
}
