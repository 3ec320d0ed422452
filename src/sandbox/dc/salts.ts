import { sha256 } from '../crypto/digest.js';
import type { AuthKey } from './auth-keys.js';

const periodSeconds = 1800;

/** A server salt and the seconds between which it is the current one. */
export interface Salt {
  readonly salt: bigint;
  readonly validSince: number;
  readonly validUntil: number;
}

/** Returns the salts of a key from now on, the current one first. */
export function saltsFrom(key: AuthKey, nowMs: number, count: number): readonly Salt[] {
  const period = Math.floor(nowMs / 1000 / periodSeconds);
  return Array.from({ length: count }, (_, index) => saltOf(key, period + index));
}

/** Returns the current salt of a key. */
export function currentSalt(key: AuthKey, nowMs: number): bigint {
  return saltOf(key, Math.floor(nowMs / 1000 / periodSeconds)).salt;
}

/**
 * Returns whether a message may carry this salt now: the current one, or the one before it, which
 * stays valid for another period. The salt from the nonces of the key exchange is valid for as
 * long.
 */
export function isValidSalt(key: AuthKey, nowMs: number, salt: bigint): boolean {
  const period = Math.floor(nowMs / 1000 / periodSeconds);
  if (salt === saltOf(key, period).salt || salt === saltOf(key, period - 1).salt) return true;
  return salt === key.origin?.firstSalt && nowMs < key.origin.createdAt + 2000 * periodSeconds;
}

function saltOf(key: AuthKey, period: number): Salt {
  const validSince = period * periodSeconds;
  const salt = sha256(key.bytes, Buffer.from(`salt ${period}`)).readBigInt64LE(0);
  return { salt, validSince, validUntil: validSince + 2 * periodSeconds };
}
