import { createHash } from 'node:crypto';

/** Returns the SHA-1 of the parts in sequence, which MTProto prescribes for the key exchange. */
export function sha1(...parts: readonly Uint8Array[]): Buffer {
  return digest('sha1', parts);
}

/** Returns the SHA-256 of the parts in sequence. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  return digest('sha256', parts);
}

function digest(algorithm: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}
