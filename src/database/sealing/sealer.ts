import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../base/random.js';
import { Secret } from '../../base/secret.js';
import { type EncryptionKeys, createKeyring } from './keyring.js';

/** A column whose values are sealed, each bound to the row named by the table's `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The column that holds the keyed hash of the same value, if there is one. */
  readonly hashColumn?: string;
}

/**
 * Encrypts column values, each bound to one row and column. A sealed value that was moved elsewhere
 * cannot be opened.
 */
export interface Sealer {
  /** The prefix of all values that are sealed under the current key. */
  readonly currentPrefix: string;
  /** Returns `v1.<key ID>.<nonce>.<ciphertext and tag>`, the latter two in base64url. */
  seal(place: SealedColumn, rowId: string, value: Secret): string;
  /** Returns the value that was sealed for that place. Throws UnreadableValue. */
  open(place: SealedColumn, rowId: string, sealed: string): Secret;
}

/** Thrown if a sealed value cannot be opened: its key is missing, or it was changed or moved. */
export class UnreadableValue extends Error {
  constructor(
    place: SealedColumn,
    rowId: string,
    /** The ID of the key that the value names, if that key is missing. */
    readonly missingKeyId: string | undefined,
  ) {
    const reason =
      missingKeyId === undefined ? 'it was changed or moved' : `it needs the key with the id ${missingKeyId}`;
    super(`the sealed value in ${place.table}.${place.column} of row ${rowId} does not open: ${reason}`);
    this.name = 'UnreadableValue';
  }
}

const version = 'v1';
// NIST SP 800-38D: 96-bit random nonces allow 2^32 values under one key. Tags have full length.
const nonceBytes = 12;
const tagBytes = 16;
const sealedForm = /^v1\.([0-9a-f]{12})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)$/;

/**
 * Returns a sealer that seals under the current key and opens values of all keys. Throws
 * DatabaseFailure key_invalid.
 */
export function createSealer(deps: EncryptionKeys & { readonly random: Random }): Sealer {
  const { current, old } = createKeyring(deps);
  const { random } = deps;
  const keys = new Map([...old, current].map((key) => [key.id, key]));
  return {
    currentPrefix: `${version}.${current.id}.`,

    seal(place, rowId, value) {
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', current.sealing, nonce, { authTagLength: tagBytes });
      cipher.setAAD(identity(place, rowId));
      const sealed = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${current.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },

    open(place, rowId, sealed) {
      const [, keyId = '', nonce = '', body = ''] = sealedForm.exec(sealed) ?? [];
      if (keyId === '') throw new UnreadableValue(place, rowId, undefined);
      const key = keys.get(keyId);
      if (!key) throw new UnreadableValue(place, rowId, keyId);
      const bytes = Buffer.from(body, 'base64url');
      // Some bytes have several forms in base64. Only the canonical form is accepted.
      const asWritten = bytes.length >= tagBytes && bytes.toString('base64url') === body;
      if (!asWritten) throw new UnreadableValue(place, rowId, undefined);
      const decipher = createDecipheriv('aes-256-gcm', key.sealing, Buffer.from(nonce, 'base64url'), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(identity(place, rowId));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const clear = decipher.update(bytes.subarray(0, -tagBytes));
      try {
        return new Secret(Buffer.concat([clear, decipher.final()]).toString('utf8'));
      } catch {
        throw new UnreadableValue(place, rowId, undefined);
      }
    },
  };
}

function identity(place: SealedColumn, rowId: string): Buffer {
  return Buffer.from(JSON.stringify([version, place.table, place.column, rowId]));
}
