import type { Leases } from '../base/leases.js';
import type { Locks } from '../base/locks.js';
import type { RateLimiter } from '../base/rate-limiter.js';
import type { Readers, Transaction } from './tables/index.js';

export type { Readers, Transaction };

/** Gives access to the stores. */
export interface Database {
  /**
   * Runs `work` in a transaction, which commits when `work` resolves and rolls back when it
   * rejects. Throws if called inside another transaction. Throws DatabaseFailure if the database
   * fails: `busy` (may be retried), `unreachable`, `server_failing`, `file_unusable` or
   * `file_replaced`. `work` must never await the network.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` on what is committed, outside of a transaction: it waits for no writer, and no
   * writer waits for it. Each of its statements may see a later state than the one before. Throws
   * like `transaction`, also if called inside one.
   */
  read<T>(work: (readers: Readers) => Promise<T>): Promise<T>;
  /** Writes a row and rolls back. Throws DatabaseFailure if the database cannot be written now. */
  probe(): Promise<void>;
  /** Locks within this process on SQLite, and over all daemons on PostgreSQL. */
  readonly locks: Locks;
  /**
   * The leases of connections to Telegram, by the ID of a login process or account. Daemons share
   * them on PostgreSQL.
   */
  readonly leases: Leases;
  /** Counts in memory on SQLite, and over all daemons on PostgreSQL. */
  readonly limiter: RateLimiter;
  /**
   * Returns the time by the clock of the database, which its daemons share; epoch ms. On SQLite it
   * is the clock of the daemon. Call it outside of transactions. Throws like `read`.
   */
  now(): Promise<number>;
  /**
   * Returns whether this daemon does what only one daemon should do. Two may for a moment after a
   * daemon has died.
   */
  leads(): boolean;
  /** Returns how many transactions and reads wait or are in progress in this process. */
  waiting(): number;
  /** Closes the database after the open transactions have ended. It may be called again. */
  close(): Promise<void>;
}
