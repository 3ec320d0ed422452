import type { Locks } from '../base/locks.js';
import type { FloodWaitStore } from './stores/flood-wait-store.js';
import type { LoginProcessStore } from './stores/login-process-store.js';
import type { TelegramAccountStore } from './stores/telegram-account-store.js';

/** The stores, inside one open transaction. Of no use when the transaction is over. */
export interface Transaction {
  readonly loginProcesses: LoginProcessStore;
  readonly telegramAccounts: TelegramAccountStore;
  readonly floodWaits: FloodWaitStore;
}

/** The only door to the database, for reads too. */
export interface Database {
  /**
   * Commits when `work` resolves, rolls back when it throws. Throws when called inside another transaction, and DatabaseFailure
   * (`busy`: may be tried again, `unreachable`, `file_unusable`) where the database fails. Never await the network in it.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Excludes others that use this database: this process on SQLite, all daemons on PostgreSQL. */
  readonly locks: Locks;
  /** Lets the transactions under way end, then lets go of everything; may be called again. */
  close(): Promise<void>;
}
