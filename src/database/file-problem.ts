/** Why a file of SQLite's cannot be used, as far as the system or SQLite reports it. */
export type FileProblem =
  'not_permitted' | 'not_a_file' | 'disk_full' | 'not_sqlite' | 'damaged' | 'io_error' | 'unopenable';

const troubles: Readonly<Record<string, FileProblem>> = {
  // SQLite's primary result codes (https://www.sqlite.org/rescode.html).
  SQLITE_READONLY: 'not_permitted',
  SQLITE_PERM: 'not_permitted',
  SQLITE_AUTH: 'not_permitted',
  SQLITE_FULL: 'disk_full',
  SQLITE_NOTADB: 'not_sqlite',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_IOERR: 'io_error',
  SQLITE_NOMEM: 'io_error',
  SQLITE_NOLFS: 'io_error',
  SQLITE_CANTOPEN: 'unopenable',
  // The system's own.
  EACCES: 'not_permitted',
  EPERM: 'not_permitted',
  EROFS: 'not_permitted',
  EISDIR: 'not_a_file',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EFBIG: 'disk_full',
  EIO: 'io_error',
  ESTALE: 'io_error',
};

/** Returns the code of SQLite's or of the system's in an error, or the empty text. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Returns what an error of SQLite's or of the file system means for the file, or undefined if it
 * concerns no file.
 */
export function fileProblemOf(error: unknown): FileProblem | undefined {
  return troubles[errorCode(error)];
}
