import { createHmac } from 'node:crypto';
import type { EncryptionKey, Keyring } from './keyring.js';

/** Turns what a flood wait is about into a keyed hash: whoever has the database alone cannot try out phone numbers. */
export interface SubjectHasher {
  /** Under the current key. */
  hash(subject: string): string;
  /** Under each of the old keys. */
  oldHashes(subject: string): string[];
}

/** A hasher with the keys of that ring. */
export function createSubjectHasher(keyring: Keyring): SubjectHasher {
  const hash = (key: EncryptionKey, subject: string) =>
    createHmac('sha256', key.hashing).update(subject).digest('base64url');
  return {
    hash: (subject) => hash(keyring.current, subject),
    oldHashes: (subject) => keyring.old.map((key) => hash(key, subject)),
  };
}
