import { randomBytes } from 'node:crypto';

/** Randomness as an argument: nothing else in this project draws random bytes. */
export interface Random {
  bytes(length: number): Buffer;
}

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

/** Returns a fresh identifier of 128 random bits, 22 characters of base64url. */
export function randomId(random: Random): string {
  return random.bytes(16).toString('base64url');
}

/** Digits and the letters of English in both cases. */
export const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Returns a fresh text of so many characters of the alphabet, each as likely as the others. */
export function randomText(random: Random, length: number, alphabet: string): string {
  const base = BigInt(alphabet.length);
  // Far more bits than the text needs, so that the remainders are as good as uniform.
  let bits = BigInt(`0x${random.bytes(length + 16).toString('hex')}`);
  let text = '';
  for (; text.length < length; bits /= base) text += alphabet.charAt(Number(bits % base));
  return text;
}
