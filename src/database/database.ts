import type { Locks } from '../base/locks.js';
import type { Transaction } from './tables/index.js';

export type { Transaction };

/** Gives access to the stores, in transactions only, for reads too. */
export interface Database {
  /**
   * Commits when `work` resolves, rolls back when it throws. Throws when called inside another
   * transaction, and DatabaseFailure (`busy`: may be tried again; `unreachable`, `server_failing`,
   * `file_unusable`, `file_replaced`) if the database fails. Never await the network in it.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Writes a row and rolls back; throws DatabaseFailure if the database cannot be written now. */
  probe(): Promise<void>;
  /** Excludes others that use this database: this process on SQLite, all daemons on PostgreSQL. */
  readonly locks: Locks;
  /** Lets the transactions under way end, then lets go of everything; may be called again. */
  close(): Promise<void>;
}
