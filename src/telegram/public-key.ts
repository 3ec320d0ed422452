import { createPublicKey } from 'node:crypto';
import { sha1 } from './mtproto/digests.js';
import { tlString } from './mtproto/tl-bytes.js';

/**
 * An RSA key of a Telegram network. `fingerprint` is the signed decimal number by which data
 * centres announce keys.
 */
export interface RsaPublicKey {
  readonly fingerprint: string;
  readonly modulus: Uint8Array;
  readonly exponent: number;
}

/**
 * Reads an RSA public key (PEM, PKCS #1 or SPKI) and computes the fingerprint that data centres
 * announce it by (core.telegram.org/mtproto/auth_key, step 2). Throws if the text is no such key.
 */
export function readPublicKey(pem: string): RsaPublicKey {
  const { kty, n, e } = createPublicKey(pem).export({ format: 'jwk' });
  if (kty !== 'RSA' || n === undefined || e === undefined) throw new Error('a Telegram public key must be an RSA key');
  const modulus = Buffer.from(n, 'base64url');
  const exponent = Buffer.from(e, 'base64url');
  const digest = sha1(tlString(modulus), tlString(exponent));
  return {
    fingerprint: digest.readBigInt64LE(12).toString(),
    modulus,
    exponent: exponent.readUIntBE(0, exponent.length),
  };
}
