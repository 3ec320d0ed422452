import { Long, type SessionConnectionParams } from '@mtcute/core';

/**
 * Creates the part of mtcute's store of salts that a connection uses. It requests no salts in
 * advance.
 */
export function createSalt(): SessionConnectionParams['salts'] {
  const salt = {
    currentSalt: Long.ZERO,
    isFetching: false,
    setTimeSource: () => undefined,
    shouldFetchSalts: () => false,
    setFutureSalts: () => undefined,
    destroy: () => undefined,
  };
  // The class has private members, and mtcute does not export it.
  return salt as unknown as SessionConnectionParams['salts'];
}

/** Returns the signed number of 64 bits. */
export function numberOf({ high, low }: Long): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** Returns a signed number of 64 bits as mtcute represents it. */
export function longOf(value: bigint): Long {
  return new Long(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}
