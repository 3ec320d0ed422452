import { randomBytes } from 'node:crypto';

/** Randomness as an argument: nothing else in this project draws random bytes. */
export interface Random {
  bytes(length: number): Buffer;
}

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

const idBytes = 16;

/** Returns a fresh identifier of 128 random bits, 22 characters of base64url. */
export function randomId(random: Random): string {
  return random.bytes(idBytes).toString('base64url');
}

const idsPerDraw = 64;

/**
 * Returns a function that returns fresh identifiers like those of `randomId`. It draws the bytes of
 * many at once, which takes no longer than those of one. For identifiers that are not secret.
 */
export function createIdSource(random: Random): () => string {
  let bytes: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === bytes.length) {
      bytes = random.bytes(idBytes * idsPerDraw);
      used = 0;
    }
    used += idBytes;
    return bytes.toString('base64url', used - idBytes, used);
  };
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
