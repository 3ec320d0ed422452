import { randomBytes } from 'node:crypto';

/** Randomness as an argument: nothing else in this project draws random bytes. */
export interface Random {
  bytes(length: number): Buffer;
}

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

/** A fresh identifier of 128 random bits, 22 characters of base64url. */
export function randomId(random: Random): string {
  return random.bytes(16).toString('base64url');
}
