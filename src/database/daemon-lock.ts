import { chmod, open } from 'node:fs/promises';
import sqlite3 from 'sqlite3';
import { DatabaseFailure } from './failure.js';
import { errorCode, fileProblemOf } from './file-problem.js';
import { requireInPlace } from './sqlite-file.js';

/** The claim of one daemon on a SQLite database. */
export interface DaemonLock {
  /**
   * Throws DatabaseFailure `file_replaced` if the lock file was moved or deleted: another daemon
   * could have claimed the database.
   */
  requireHeld(): void;
  release(): Promise<void>;
}

/**
 * Two daemons that start at once both hold SQLite's shared lock for a moment, for which the winner
 * has to wait.
 */
const waitMs = 300;

/**
 * Claims a SQLite database for one daemon by an open transaction on the file `<path>-daemon`. The
 * operating system ends the claim with the process, also if it is killed. Other programs may still
 * use the database. `path` must be free of symbolic links. Throws DatabaseFailure `in_use` if
 * another daemon holds the claim, and `lock_unusable` if the lock file cannot be locked.
 */
export async function claimForDaemon(path: string): Promise<DaemonLock> {
  const lockPath = `${path}-daemon`;
  const explain = (cause: unknown) => {
    if (cause instanceof DatabaseFailure) return cause;
    const isHeld = errorCode(cause) === 'SQLITE_BUSY' || errorCode(cause) === 'SQLITE_LOCKED';
    if (isHeld) return new DatabaseFailure({ kind: 'in_use', path }, { cause });
    const reason = fileProblemOf(cause) ?? 'unopenable';
    return new DatabaseFailure({ kind: 'lock_unusable', path: lockPath, reason }, { cause });
  };
  try {
    await createLockFile(lockPath);
    const requireHeld = requireInPlace(lockPath);
    const connection = await connect(lockPath);
    const release = () => new Promise<void>((resolve) => connection.close(() => resolve()));
    try {
      await lock(connection);
      requireHeld();
    } catch (error) {
      await release();
      throw error;
    }
    return { requireHeld, release };
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Does not open a file that exists: closing it would release the locks that this process has on it
 * (POSIX, close()).
 */
async function createLockFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // Earlier versions left the mode to the umask. Another user's file is judged by the lock
    // itself.
    await chmod(path, 0o600).catch(() => undefined);
  }
}

function connect(path: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, (error) =>
      error ? reject(error) : resolve(opened),
    );
  });
}

/**
 * SQLite opens a file that it may not write for reading, and BEGIN EXCLUSIVE then locks nothing.
 * The write proves that the lock is held. It is never committed, so the file stays empty and needs
 * no space.
 */
async function lock(connection: sqlite3.Database): Promise<void> {
  connection.configure('busyTimeout', waitMs);
  await execute(connection, 'PRAGMA journal_mode = MEMORY');
  await execute(connection, 'BEGIN EXCLUSIVE');
  await execute(connection, 'PRAGMA user_version = 1');
}

function execute(connection: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.exec(sql, (error) => (error ? reject(error) : resolve()));
  });
}
