import { createHash, hkdfSync } from 'node:crypto';
import type { Secret } from '../../base/secret.js';
import { DatabaseFailure } from '../failure.js';

/** The keys derived from one encryption key. `id` identifies it and reveals nothing of it. */
export interface EncryptionKey {
  readonly id: string;
  /** AES-256 key. */
  readonly sealing: Buffer;
  /** HMAC-SHA256 key. */
  readonly hashing: Buffer;
}

/** The key that seals new values, and older keys that may have sealed stored values. */
export interface Keyring {
  readonly current: EncryptionKey;
  readonly old: readonly EncryptionKey[];
}

/** The configured encryption keys, each base64 of 32 bytes. */
export interface EncryptionKeys {
  readonly key: Secret;
  readonly oldKeys: readonly Secret[];
}

const keyBytes = 32;
const base64Of32Bytes = /^[A-Za-z0-9+/]{43}=?$/;

/** Reads the keys. Throws DatabaseFailure key_invalid. */
export function createKeyring(keys: EncryptionKeys): Keyring {
  return { current: readKey(keys.key, undefined), old: keys.oldKeys.map((key, index) => readKey(key, index)) };
}

function readKey(text: Secret, index: number | undefined): EncryptionKey {
  if (!base64Of32Bytes.test(text.reveal())) throw new DatabaseFailure({ kind: 'key_invalid', index });
  const key = Buffer.from(text.reveal(), 'base64');
  return {
    id: createHash('sha256').update('gangway key id\0').update(key).digest('hex').slice(0, 12),
    sealing: derive(key, 'gangway sealing v1'),
    hashing: derive(key, 'gangway subject hash v1'),
  };
}

/** Derives a key for one purpose (RFC 5869). */
function derive(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, keyBytes));
}
