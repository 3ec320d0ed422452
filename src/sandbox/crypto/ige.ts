import { createCipheriv, createDecipheriv } from 'node:crypto';

/** A 256-bit key and the two initial blocks of infinite garble extension, joined. */
export interface IgeKey {
  readonly key: Buffer;
  readonly iv: Buffer;
}

/**
 * AES-256 in IGE mode (core.telegram.org/mtproto/AES-IGE), which node:crypto does not have. The
 * length must be a multiple of 16.
 */
export function igeEncrypt(plain: Buffer, { key, iv }: IgeKey): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return garble(plain, iv.subarray(0, 16), iv.subarray(16, 32), (block) => cipher.update(block));
}

/** Undoes igeEncrypt. */
export function igeDecrypt(sealed: Buffer, { key, iv }: IgeKey): Buffer {
  const decipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return garble(sealed, iv.subarray(16, 32), iv.subarray(0, 16), (block) => decipher.update(block));
}

// Both directions take the same steps: mix with the last output, run the cipher, mix with the last
// input.
function garble(input: Buffer, lastOut: Buffer, lastIn: Buffer, run: (block: Buffer) => Buffer): Buffer {
  if (input.length % 16 !== 0) throw new RangeError('AES-IGE works on whole blocks');
  const output = Buffer.alloc(input.length);
  let previousOut = lastOut;
  let previousIn = lastIn;
  const mixed = Buffer.alloc(16);
  for (let at = 0; at < input.length; at += 16) {
    for (let i = 0; i < 16; i += 1) mixed[i] = (input[at + i] ?? 0) ^ (previousOut[i] ?? 0);
    const block = run(mixed);
    for (let i = 0; i < 16; i += 1) output[at + i] = (block[i] ?? 0) ^ (previousIn[i] ?? 0);
    previousOut = output.subarray(at, at + 16);
    previousIn = input.subarray(at, at + 16);
  }
  return output;
}
