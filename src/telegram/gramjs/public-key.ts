import { createHash, createPublicKey } from 'node:crypto';
import type { RsaPublicKey } from './protocol.js';

/**
 * Reads an RSA public key (PEM, PKCS #1 or SPKI) and works out the fingerprint that a data centre announces it by
 * (core.telegram.org/mtproto/auth_key, step 2). Throws where the text is no such key.
 */
export function readPublicKey(pem: string): RsaPublicKey {
  const { kty, n, e } = createPublicKey(pem).export({ format: 'jwk' });
  if (kty !== 'RSA' || n === undefined || e === undefined) throw new Error('a Telegram public key must be an RSA key');
  const modulus = Buffer.from(n, 'base64url');
  const exponent = Buffer.from(e, 'base64url');
  const digest = createHash('sha1').update(serialize(modulus)).update(serialize(exponent)).digest();
  return {
    fingerprint: digest.readBigInt64LE(12).toString(),
    modulus,
    exponent: exponent.readUIntBE(0, exponent.length),
  };
}

/** The TL type `bytes` (core.telegram.org/mtproto/serialize). */
function serialize(bytes: Buffer): Buffer {
  const head =
    bytes.length < 254
      ? Buffer.of(bytes.length)
      : Buffer.of(254, bytes.length & 0xff, (bytes.length >> 8) & 0xff, (bytes.length >> 16) & 0xff);
  const padding = Buffer.alloc((4 - ((head.length + bytes.length) % 4)) % 4);
  return Buffer.concat([head, bytes, padding]);
}
