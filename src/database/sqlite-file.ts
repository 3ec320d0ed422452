import { constants, statSync } from 'node:fs';
import { access, open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '../base/logger.js';
import { DatabaseFailure } from './failure.js';
import { fileProblemOf } from './file-problem.js';

/**
 * A SQLite file with only one name, so that every process that opens it finds the same lock and the
 * same log beside it.
 */
export interface SqliteFile {
  /** Without symbolic links. */
  readonly path: string;
  /**
   * Throws DatabaseFailure `file_replaced` if the path no longer leads to the file that was found
   * there.
   */
  requireInPlace(): void;
}

/**
 * Finds the file, and creates it if it does not exist, readable and writable for its owner only.
 * SQLite gives its log and index the same mode. Throws DatabaseFailure: `directory_missing`,
 * `file_unusable`, `file_linked` or `file_mounted`.
 */
export async function findSqliteFile(path: string, logger: Logger): Promise<SqliteFile> {
  const directory = dirname(path);
  const folder = await stat(directory).catch((cause: unknown) => {
    const reason = fileProblemOf(cause);
    if (reason === undefined) return undefined;
    throw new DatabaseFailure({ kind: 'file_unusable', path, reason }, { cause });
  });
  if (!folder?.isDirectory()) throw new DatabaseFailure({ kind: 'directory_missing', directory });
  try {
    const real = await createdOrFound(path);
    const found = await stat(real);
    if (!found.isFile()) throw new DatabaseFailure({ kind: 'file_unusable', path: real, reason: 'not_a_file' });
    await access(dirname(real), constants.W_OK);
    await access(real, constants.R_OK | constants.W_OK);
    // SQLite names its log after the file: two names are two logs, and destroy the database
    // (https://www.sqlite.org/howtocorrupt.html, 2.5).
    if (found.nlink > 1) throw new DatabaseFailure({ kind: 'file_linked', path: real });
    if (await isMountPoint(real)) throw new DatabaseFailure({ kind: 'file_mounted', path: real });
    if ((found.mode & 0o077) !== 0) {
      logger.warn('database file accessible to other users', { path: real, mode: (found.mode & 0o777).toString(8) });
    }
    return { path: real, requireInPlace: requireInPlace(real) };
  } catch (cause) {
    if (cause instanceof DatabaseFailure) throw cause;
    throw new DatabaseFailure({ kind: 'file_unusable', path, reason: fileProblemOf(cause) ?? 'unopenable' }, { cause });
  }
}

/**
 * Returns a check that throws DatabaseFailure `file_replaced` unless the path still leads to the
 * file that is there now. It is cheap enough for every transaction.
 */
export function requireInPlace(path: string): () => void {
  const identify = () => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found && `${found.dev}:${found.ino}`;
  };
  const identity = identify();
  return () => {
    if (identity === undefined || identify() !== identity) throw new DatabaseFailure({ kind: 'file_replaced', path });
  };
}

async function createdOrFound(path: string): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    if (fileProblemOf(error) === undefined) return undefined;
    throw error;
  });
  // Opening and closing an existing file would release the locks that this process has on it
  // (POSIX, close()).
  if (real !== undefined) return real;
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  await file.close();
  return realpath(path);
}

/**
 * In a container a file can be mounted without its folder: then its log stays in the container, and
 * is lost with it.
 */
async function isMountPoint(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mounts.split('\n').some((line) => unescapeOctal(line.split(' ')[4] ?? '') === path);
}

/** As proc(5) describes mountinfo: blanks and backslashes in paths are octal escapes. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
