import { createCipheriv, createDecipheriv } from 'node:crypto';

/** A key of AES-256 and the two initial blocks of IGE mode, concatenated. */
export interface IgeKey {
  readonly key: Buffer;
  readonly iv: Buffer;
}

const blockLength = 16;

/** Encrypts whole blocks with AES-256 in IGE mode, which OpenSSL does not offer. */
export function encryptIge(plain: Buffer, { key, iv }: IgeKey): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return chain(plain, iv.subarray(0, blockLength), iv.subarray(blockLength), (block) => cipher.update(block));
}

/** Decrypts what encryptIge encrypted. */
export function decryptIge(sealed: Buffer, { key, iv }: IgeKey): Buffer {
  const decipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return chain(sealed, iv.subarray(blockLength), iv.subarray(0, blockLength), (block) => decipher.update(block));
}

/** output[i] = run(input[i] ^ output[i - 1]) ^ input[i - 1], for blocks. */
function chain(input: Buffer, firstOutput: Buffer, firstInput: Buffer, run: (block: Buffer) => Buffer): Buffer {
  const output = Buffer.alloc(input.length);
  let lastOutput = firstOutput;
  let lastInput = firstInput;
  for (let at = 0; at < input.length; at += blockLength) {
    const block = input.subarray(at, at + blockLength);
    xor(run(xor(block, lastOutput)), lastInput).copy(output, at);
    lastOutput = output.subarray(at, at + blockLength);
    lastInput = block;
  }
  return output;
}

/** Returns the exclusive or of two buffers of the same length. */
export function xor(one: Buffer, other: Buffer): Buffer {
  const result = Buffer.alloc(one.length);
  for (let i = 0; i < one.length; i += 1) result[i] = (one[i] ?? 0) ^ (other[i] ?? 0);
  return result;
}
