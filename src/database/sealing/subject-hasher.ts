import { createHmac } from 'node:crypto';
import { type EncryptionKey, type EncryptionKeys, createKeyring } from './keyring.js';

/**
 * Turns what a flood wait is about into a keyed hash: whoever has the database alone cannot try out
 * phone numbers.
 */
export interface SubjectHasher {
  /** Under the current key. */
  hash(subject: string): string;
  /** Under each of the old keys. */
  oldHashes(subject: string): string[];
}

/**
 * Returns a hasher under those keys; throws DatabaseFailure key_invalid. What was hashed under a
 * key that is listed no more is not found again.
 */
export function createSubjectHasher(keys: EncryptionKeys): SubjectHasher {
  const { current, old } = createKeyring(keys);
  const hash = (key: EncryptionKey, subject: string) =>
    createHmac('sha256', key.hashing).update(subject).digest('base64url');
  return {
    hash: (subject) => hash(current, subject),
    oldHashes: (subject) => old.map((key) => hash(key, subject)),
  };
}
