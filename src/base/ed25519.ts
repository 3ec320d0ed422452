import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { Secret } from './secret.js';

/** An ed25519 key that signs, under the name that it has in `signatures`. */
export interface SigningKey {
  /** `ed25519:` and a version. */
  readonly keyId: string;
  /** Unpadded base64. */
  readonly publicKey: string;
  /** The signature of the bytes, unpadded base64. */
  readonly sign: (bytes: Uint8Array) => string;
}

// The DER of a PKCS #8 private key and of a SPKI public key, up to the 32 bytes of the key itself
// (RFC 8410, 7 and 4).
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const keyBytes = 32;
const signatureBytes = 64;

/** Returns the key of a seed of 32 bytes in base64, or undefined if it is none. */
export function signingKey(version: string, seed: Secret): SigningKey | undefined {
  const bytes = decodeBase64(seed.reveal());
  if (bytes?.length !== keyBytes) return undefined;
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, bytes]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    keyId: `ed25519:${version}`,
    publicKey: encodeBase64(spki.subarray(publicPrefix.length)),
    sign: (message) => encodeBase64(sign(null, message, key)),
  };
}

/**
 * Returns whether the signature over these bytes is that of the key; both in base64 of either
 * alphabet. False for what is none of both.
 */
export function isSignedBy(publicKey: string, signature: string, bytes: Uint8Array): boolean {
  const rawKey = decodeBase64(publicKey);
  const rawSignature = decodeBase64(signature);
  if (rawKey?.length !== keyBytes || rawSignature?.length !== signatureBytes) return false;
  const key = createPublicKey({ key: Buffer.concat([publicPrefix, rawKey]), format: 'der', type: 'spki' });
  return verify(null, bytes, key, rawSignature);
}

/** Unpadded base64 of the standard alphabet (Matrix appendices, "Unpadded Base64"). */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/**
 * Returns the bytes of a base64 text of either alphabet, padded or not, or undefined if it is none.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}
