import { timingSafeEqual } from 'node:crypto';
import { createKeyedHash } from './keyed-hash.js';
import { type EncryptionKeys, createKeyring } from './keyring.js';

/**
 * Computes keyed hashes. Without the key, phone numbers in the database cannot be found by trial.
 */
export interface SubjectHasher {
  /** Returns the hash under the current key. */
  hash(subject: string): string;
  /** Returns the hashes under all keys. A value that is stored may be hashed under any of them. */
  allHashes(subject: string): string[];
  /** Returns the hashes of all subjects under the current key, then those under each old key. */
  hashEach(subjects: readonly string[]): string[];
  /**
   * Returns whether `hash` is one of the hashes of the subject, in a time that depends on neither.
   */
  isHashOf(subject: string, hash: string): boolean;
  /** Returns the hashes under each of the old keys. */
  oldHashes(subject: string): string[];
}

/**
 * Returns a hasher with those keys. Throws DatabaseFailure key_invalid. Values that were hashed
 * under a removed key are not found again.
 */
export function createSubjectHasher(keys: EncryptionKeys): SubjectHasher {
  const keyring = createKeyring(keys);
  const hash = createKeyedHash(keyring.current.hashing);
  const old = keyring.old.map((key) => createKeyedHash(key.hashing));
  const oldHashes = (subject: string) => old.map((oldHash) => oldHash(subject));
  const allHashes = (subject: string) => [hash(subject), ...oldHashes(subject)];
  return {
    hash,
    allHashes,
    hashEach: (subjects) => [hash, ...old].flatMap((oneHash) => subjects.map(oneHash)),
    isHashOf: (subject, given) => allHashes(subject).filter((each) => areEqual(each, given)).length > 0,
    oldHashes,
  };
}

function areEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
