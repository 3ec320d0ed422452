import type { Mxid } from '../../base/mxid.js';

/** A pepper of hashed lookups. */
export interface LookupPepperRecord {
  readonly id: string;
  readonly pepper: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** From when clients are told it; undefined while hashes with it are still being made. */
  readonly activatedAt: number | undefined;
  /** From when clients are told another one; undefined before. */
  readonly retiredAt: number | undefined;
  /**
   * Whether the hashes with it are kept under the current encryption key, and not one that may be
   * gone some day.
   */
  readonly isUnderCurrentKey: boolean;
}

/** What an association is found by: base64url of the SHA-256 of address, medium and pepper. */
export interface LookupHash {
  readonly pepperId: string;
  readonly associationId: string;
  readonly hash: string;
  /** Whether it is that of another form than the canonical one. */
  readonly isAlias: boolean;
}

/**
 * Where peppers are kept and what is looked up with them. Hashes are kept as keyed hashes: their
 * peppers are public. They go with their association, by a foreign key.
 */
export interface LookupHashStore {
  /** Oldest first. */
  listPeppers(): Promise<LookupPepperRecord[]>;
  /** The same, and nobody else holds them until the transaction is over. */
  holdPeppers(): Promise<LookupPepperRecord[]>;
  /** One that is not active yet. */
  insertPepper(pepper: Pick<LookupPepperRecord, 'id' | 'pepper' | 'createdAt'>): Promise<void>;
  /** From now on it is the one; the former is retired. */
  activatePepper(id: string, at: number): Promise<void>;
  /** Its hashes go before it. */
  deletePepper(id: string): Promise<void>;
  /**
   * Stores hashes of associations that are there, and are held or were inserted in this
   * transaction. A hash names one association: that of a canonical form replaces what was there, an
   * alias replaces nothing.
   */
  insert(hashes: readonly LookupHash[]): Promise<void>;
  /** Returns the users whose addresses have these hashes with that pepper. */
  findUsers(pepperId: string, hashes: readonly string[]): Promise<ReadonlyMap<string, Mxid>>;
  /** Deletes up to `limit` of that pepper and says how many. */
  deleteByPepper(pepperId: string, limit: number): Promise<number>;
}
