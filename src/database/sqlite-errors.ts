import { QueryFailedError } from 'typeorm';
import { DatabaseFailure } from './failure.js';
import { errorCode, fileTrouble } from './file-trouble.js';

/** Other programs hold what the transaction needs, or changed it meanwhile. */
const busy = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL', 'SQLITE_SCHEMA', 'SQLITE_INTERRUPT']);

/**
 * Returns the known failure behind an error of SQLite's, or an error without the parameters of the
 * query.
 */
export function explainSqlite(error: unknown, path: string): unknown {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (busy.has(errorCode(cause))) return new DatabaseFailure({ kind: 'busy' }, { cause });
  const reason = fileTrouble(cause);
  if (reason !== undefined) return new DatabaseFailure({ kind: 'file_unusable', path, reason }, { cause });
  return error instanceof QueryFailedError ? new Error('a database query failed', { cause }) : error;
}
