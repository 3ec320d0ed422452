import { Failure } from '../base/failure.js';
import type { FileProblem } from './file-problem.js';

/** The expected failures of the database. None contains a password or a key. */
export type DatabaseFailureDetails =
  /** `problem` is a sentence for the administrator. */
  | { readonly kind: 'uri_invalid'; readonly problem: string }
  /**
   * The old key at `index`, or the current key if `index` is undefined, is not base64 of 32 bytes.
   */
  | { readonly kind: 'key_invalid'; readonly index: number | undefined }
  /** The folder that the SQLite file should lie in does not exist. */
  | { readonly kind: 'directory_missing'; readonly directory: string }
  /** The SQLite file cannot be opened, read or written, or is no SQLite database. */
  | { readonly kind: 'file_unusable'; readonly path: string; readonly reason: FileProblem }
  /** The SQLite file has more than one name (hard links). */
  | { readonly kind: 'file_linked'; readonly path: string }
  /** The SQLite file is mounted by itself, without its folder. */
  | { readonly kind: 'file_mounted'; readonly path: string }
  /** The path of the SQLite file, or of its lock file, no longer leads to the file that is open. */
  | { readonly kind: 'file_replaced'; readonly path: string }
  /** The lock file of the daemon cannot be locked. */
  | { readonly kind: 'lock_unusable'; readonly path: string; readonly reason: FileProblem }
  /** No connection to the server, or none free in time, or the connection was lost. */
  | { readonly kind: 'unreachable'; readonly server: string }
  /** The user is unknown, the password is wrong, or the user lacks a permission. */
  | { readonly kind: 'access_denied'; readonly server: string }
  /** The server cannot serve or write now. `sqlState` is its own code of the reason. */
  | { readonly kind: 'server_failing'; readonly server: string; readonly sqlState: string }
  | { readonly kind: 'database_missing'; readonly server: string; readonly database: string }
  /**
   * The database holds values sealed under a key that is neither the current one nor among the old
   * ones.
   */
  | { readonly kind: 'wrong_key'; readonly neededKeyId: string }
  /**
   * A newer version of this program has changed the database. `migrations` are unknown to this
   * version.
   */
  | { readonly kind: 'newer_schema'; readonly migrations: readonly string[] }
  /** A version before the first release has made the database. */
  | { readonly kind: 'unreleased_schema' }
  /** Another daemon runs on the same SQLite file. */
  | { readonly kind: 'in_use'; readonly path: string }
  /** A daemon runs on the same PostgreSQL database. */
  | { readonly kind: 'daemon_running'; readonly server: string; readonly database: string }
  /** The database that should be filled has rows, or tables of another program. */
  | { readonly kind: 'not_empty'; readonly database: string; readonly table: string }
  /** The source and the target of a copy are the same database. */
  | { readonly kind: 'same_database'; readonly database: string }
  /** What was copied is not what was read. Nothing was committed. */
  | { readonly kind: 'copy_differs'; readonly table: string }
  /** Another transaction or program held a lock. Nothing was written, and the caller may retry. */
  | { readonly kind: 'busy' };

/** Thrown by openDatabase, by transactions and by locks. */
export class DatabaseFailure extends Failure<DatabaseFailureDetails> {}

/**
 * Returns the failure of work that comes after the database was closed, as that of a request which
 * outlasts the end of the daemon. Another daemon can do it.
 */
export function databaseClosed(): DatabaseFailure {
  return new DatabaseFailure({ kind: 'busy' }, { cause: new Error('the database is closed') });
}
