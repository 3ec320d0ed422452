import { constants, generateKeyPair, privateDecrypt, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { TlWriter } from '../tl/writer.js';
import { sha1, sha256, xor } from './digest.js';
import { igeDecrypt } from './ige.js';

/** The RSA key by which clients authenticate the sandbox. */
export interface ServerKey {
  /** PKCS#1 PEM of the public half. */
  readonly publicPem: string;
  /** The low 64 bits of the SHA-1 of the modulus and the exponent as TL strings, signed. */
  readonly fingerprint: bigint;
  /** Decrypts the data of req_DH_params, or undefined if it follows neither of the two schemes. */
  open(sealed: Buffer): OpenedData | undefined;
}

/** What a client has encrypted for the server. */
export interface OpenedData {
  /** The object, with padding behind it. */
  readonly data: Buffer;
  /** Returns whether the hash fits an object of that length at the start of the data. */
  isIntact(length: number): boolean;
}

/** Makes a new 2048-bit key. */
export async function generateServerKey(): Promise<ServerKey> {
  for (;;) {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const fingerprint = fingerprintOf(publicKey);
    // mtcute 0.30 compares fingerprints as hexadecimal text and drops leading zeros on one side
    // only, so it never finds such a key.
    if (BigInt.asUintN(64, fingerprint) >> 60n === 0n) continue;
    return {
      publicPem: publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      fingerprint,
      open: (sealed) => open(privateKey, sealed),
    };
  }
}

function fingerprintOf(publicKey: KeyObject): bigint {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const hashed = new TlWriter().byteString(Buffer.from(n, 'base64url')).byteString(Buffer.from(e, 'base64url'));
  return sha1(hashed.result()).readBigInt64LE(12);
}

function open(privateKey: KeyObject, sealed: Buffer): OpenedData | undefined {
  if (sealed.length !== 256) return undefined;
  const plain = decryptRaw(privateKey, sealed);
  return plain && (openPadded(plain) ?? openHashed(plain));
}

// RSA_PAD (core.telegram.org/mtproto/auth_key): the hash covers data and padding.
function openPadded(keyAndData: Buffer): OpenedData | undefined {
  const encrypted = keyAndData.subarray(32);
  const key = xor(keyAndData.subarray(0, 32), sha256(encrypted));
  const dataAndHash = igeDecrypt(encrypted, { key, iv: Buffer.alloc(32) });
  const data = Buffer.from(dataAndHash.subarray(0, 192)).reverse();
  if (!sha256(key, data).equals(dataAndHash.subarray(192))) return undefined;
  return { data, isIntact: () => true };
}

// Returns the scheme before RSA_PAD: 255 bytes of SHA-1, data and padding, as a number. The hash
// covers the data only.
function openHashed(plain: Buffer): OpenedData | undefined {
  if (plain.readUInt8() !== 0) return undefined;
  const hash = plain.subarray(1, 21);
  const data = plain.subarray(21);
  return { data, isIntact: (length) => sha1(data.subarray(0, length)).equals(hash) };
}

function decryptRaw(privateKey: KeyObject, sealed: Buffer): Buffer | undefined {
  try {
    return privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, sealed);
  } catch {
    // The number is not below the modulus.
    return undefined;
  }
}
