import { QueryFailedError } from 'typeorm';
import { DatabaseFailure } from './failure.js';
import { errorCode, fileProblemOf } from './file-problem.js';

/** Another program holds a lock that the transaction needs, or changed the database. */
const busy = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL', 'SQLITE_SCHEMA', 'SQLITE_INTERRUPT']);

/**
 * Returns the failure that an error of SQLite means, or an error without the query's parameters.
 */
export function explainSqlite(error: unknown, path: string): unknown {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (busy.has(errorCode(cause))) return new DatabaseFailure({ kind: 'busy' }, { cause });
  const reason = fileProblemOf(cause);
  if (reason !== undefined) return new DatabaseFailure({ kind: 'file_unusable', path, reason }, { cause });
  const isOfDriver = error instanceof QueryFailedError || errorCode(error).startsWith('SQLITE_');
  return isOfDriver ? new Error('a database query failed', { cause }) : error;
}
