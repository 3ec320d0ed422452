import { constants, generateKeyPair, privateDecrypt, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { TlWriter } from '../tl/writer.js';
import { sha1, sha256, xor } from './digest.js';
import { igeDecrypt } from './ige.js';

/** The RSA key by which clients know the sandbox. */
export interface ServerKey {
  /** PKCS#1 PEM of the public half. */
  readonly publicPem: string;
  /** The low 64 bits of the SHA-1 of the modulus and the exponent as TL strings, signed. */
  readonly fingerprint: bigint;
  /** Undoes RSA_PAD (core.telegram.org/mtproto/auth_key): the 192 bytes of data and padding, or undefined where the hash does not fit. */
  open(sealed: Buffer): Buffer | undefined;
}

/** Makes a new 2048-bit key. */
export async function generateServerKey(): Promise<ServerKey> {
  for (;;) {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const fingerprint = fingerprintOf(publicKey);
    // mtcute 0.30 compares fingerprints as hexadecimal text and drops leading zeros on one side only, so it never finds such a key.
    if (BigInt.asUintN(64, fingerprint) >> 60n === 0n) continue;
    return {
      publicPem: publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      fingerprint,
      open: (sealed) => openPadded(privateKey, sealed),
    };
  }
}

function fingerprintOf(publicKey: KeyObject): bigint {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const hashed = new TlWriter().byteString(Buffer.from(n, 'base64url')).byteString(Buffer.from(e, 'base64url'));
  return sha1(hashed.result()).readBigInt64LE(12);
}

function openPadded(privateKey: KeyObject, sealed: Buffer): Buffer | undefined {
  if (sealed.length !== 256) return undefined;
  const keyAndData = decryptRaw(privateKey, sealed);
  if (!keyAndData) return undefined;
  const encrypted = keyAndData.subarray(32);
  const key = xor(keyAndData.subarray(0, 32), sha256(encrypted));
  const dataAndHash = igeDecrypt(encrypted, { key, iv: Buffer.alloc(32) });
  const data = Buffer.from(dataAndHash.subarray(0, 192)).reverse();
  return sha256(key, data).equals(dataAndHash.subarray(192)) ? data : undefined;
}

function decryptRaw(privateKey: KeyObject, sealed: Buffer): Buffer | undefined {
  try {
    return privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, sealed);
  } catch {
    // The number is not below the modulus.
    return undefined;
  }
}
