/**
 * The latest server salt of each auth key (core.telegram.org/mtproto/description#server-salt), by
 * the identifier of the key. A connection that begins with a wrong salt loses one round trip.
 */
export interface SaltCache {
  find(keyId: bigint): bigint | undefined;
  store(keyId: bigint, salt: bigint): void;
}

/** Keeps the salts of as many keys as were used last. */
export function createSaltCache(maxKeys = 1_000): SaltCache {
  const salts = new Map<bigint, bigint>();
  return {
    find: (keyId) => salts.get(keyId),
    store(keyId, salt) {
      salts.delete(keyId);
      salts.set(keyId, salt);
      const [oldest] = salts.keys();
      if (salts.size > maxKeys && oldest !== undefined) salts.delete(oldest);
    },
  };
}
