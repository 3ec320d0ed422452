import type { AuthKey } from 'telegram/crypto/AuthKey.js';

/** A salt, in the number type of gramjs. */
export type Salt = NonNullable<AuthKey['keyId']>;

/**
 * The latest server salt of each auth key (core.telegram.org/mtproto/description#server-salt). A
 * connection that begins with a wrong salt loses one round trip.
 */
export interface SaltCache {
  find(keyId: Salt): Salt | undefined;
  store(keyId: Salt, salt: Salt): void;
}

/** Keeps the salts of as many keys as were used last. */
export function createSaltCache(maxKeys = 1_000): SaltCache {
  const salts = new Map<string, Salt>();
  return {
    find: (keyId) => salts.get(keyId.toString()),
    store(keyId, salt) {
      const name = keyId.toString();
      salts.delete(name);
      salts.set(name, salt);
      const [oldest] = salts.keys();
      if (salts.size > maxKeys && oldest !== undefined) salts.delete(oldest);
    },
  };
}
