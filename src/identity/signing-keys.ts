import { decodeBase64, encodeBase64, type SigningKey } from '../base/ed25519.js';
import type { Random } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Database } from '../database/database.js';
import type { IdentitySigningKeyRecord } from '../database/tables/identity-signing-keys.js';
import { IdentityFailure } from './failure.js';
import type { PublicKeys } from './public-keys.js';
import { makeSigningKeyFile, readSigningKeyFile } from './signing-key-file.js';
import { SigningKeyFailure } from './signing-key-failure.js';

/** The dependencies of loadSigningKeys. */
export interface SigningKeysDeps extends Runtime {
  /** The file with the keys. It is created if it does not exist and no key was ever used. */
  readonly path: string;
  readonly database: Database;
}

/** The long-term keys of the identity service. */
export interface SigningKeys {
  /** The key that signs. */
  readonly current: SigningKey;
  /**
   * All keys of the file, the current one first. Rooms store the key that was current at the time
   * of an invite.
   */
  readonly all: readonly SigningKey[];
  /** All keys ever used. */
  readonly publicKeys: PublicKeys;
}

/**
 * Returns the keys of the file, and records them in the database for ever. Throws
 * SigningKeyFailure.
 */
export async function loadSigningKeys(deps: SigningKeysDeps): Promise<SigningKeys> {
  const { database } = deps;
  const all = await database.locks.run('identity signing keys', () => loadAndRemember(deps));
  const list = () => database.transaction((tx) => tx.identitySigningKeys.list());
  return {
    current: all[0],
    all,
    publicKeys: {
      async find(keyId) {
        const found = (await list()).find((key) => key.keyId === keyId);
        if (!found) throw new IdentityFailure({ kind: 'key_unknown' });
        return found.publicKey;
      },

      async isValid(publicKey) {
        const canonical = canonicalKey(publicKey);
        return (await list()).some((key) => key.publicKey === canonical);
      },
    },
  };
}

/**
 * Returns a public key in unpadded base64 of the standard alphabet, from either alphabet. A space
 * counts as a plus that was not URL-encoded.
 */
export function canonicalKey(publicKey: string): string | undefined {
  const bytes = decodeBase64(publicKey.replaceAll(' ', '+'));
  return bytes && encodeBase64(bytes);
}

async function loadAndRemember({ path, database, clock, random, logger }: SigningKeysDeps) {
  const known = await database.transaction((tx) => tx.identitySigningKeys.list());
  const file = (await readSigningKeyFile(path)) ?? (await makeFile(path, known, random));
  if (file.isExposed) logger.warn('signing key file accessible to other users', { path });
  const strange = known.find(({ keyId, publicKey }) =>
    file.keys.some((key) => key.keyId === keyId && key.publicKey !== publicKey),
  );
  if (strange) {
    const { keyId, publicKey } = strange;
    throw new SigningKeyFailure({ kind: 'signing_key_changed', path, keyId, publicKey });
  }
  const fresh = file.keys.filter((key) => !known.some(({ keyId }) => keyId === key.keyId));
  await database.transaction(async (tx) => {
    for (const { keyId, publicKey } of fresh) {
      await tx.identitySigningKeys.insert({ keyId, publicKey, createdAt: clock.now() });
    }
  });
  for (const { keyId } of fresh) logger.info('new signing key in use', { keyId, path });
  return file.keys;
}

async function makeFile(path: string, known: readonly IdentitySigningKeyRecord[], random: Random) {
  const last = known.at(-1);
  if (last) {
    const { keyId, publicKey } = last;
    throw new SigningKeyFailure({ kind: 'signing_key_missing', path, keyId, publicKey });
  }
  await makeSigningKeyFile(path, random);
  const made = await readSigningKeyFile(path);
  if (!made) throw new SigningKeyFailure({ kind: 'signing_key_file_unusable', path });
  return made;
}
