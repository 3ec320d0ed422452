import { constants } from 'node:fs';
import { copyFile, link, open, stat, unlink } from 'node:fs/promises';
import sqlite3 from 'sqlite3';
import { DatabaseFailure } from './failure.js';
import { explainSqlite } from './sqlite-errors.js';

/** The paths of the database and of its copy. */
export interface BackupOptions {
  readonly from: string;
  readonly to: string;
  /** Aborts the backup. The partial file is deleted. */
  readonly stopping: AbortSignal;
}

const busyTimeoutMs = 30_000;

/** Returns the name that the copy has until it is whole. */
export const partialName = (to: string) => `${to}.partial`;

/**
 * Writes a consistent copy of a SQLite database, also while a daemon writes to it. The copy is
 * readable by its owner only, and appears under its name when it is whole and checked. Returns its
 * size in bytes. Throws DatabaseFailure, the error of the file system (`EEXIST` if there is a file
 * already), or the abort reason of `stopping`.
 */
export async function backupSqlite({ from, to, stopping }: BackupOptions): Promise<number> {
  if (!(await isFile(from))) throw new DatabaseFailure({ kind: 'file_unusable', path: from, reason: 'unopenable' });
  const partial = partialName(to);
  await refuseExisting(to);
  // SQLite writes to a file that is there if it is empty, and so keeps its mode.
  const file = await open(partial, 'wx', 0o600);
  try {
    await file.close();
    await vacuumInto(from, partial, stopping).catch((error: unknown) => {
      throw explainSqlite(error, from);
    });
    await requireIntact(partial, stopping);
    await sync(partial);
    stopping.throwIfAborted();
    await publish(partial, to);
    return (await stat(to)).size;
  } catch (error) {
    // SQLite reports an interruption as an error of its own.
    stopping.throwIfAborted();
    throw error;
  } finally {
    await unlink(partial).catch(() => undefined);
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Throws the error of the file system if a file is there, before the database is read. */
async function refuseExisting(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  await file.close();
  await unlink(path);
}

async function vacuumInto(from: string, to: string, stopping: AbortSignal): Promise<void> {
  await withConnection(from, sqlite3.OPEN_READWRITE, stopping, (connection) =>
    query(connection, 'VACUUM INTO ?', [to]),
  );
}

async function requireIntact(path: string, stopping: AbortSignal): Promise<void> {
  await withConnection(path, sqlite3.OPEN_READONLY, stopping, async (connection) => {
    const problems = await query<{ integrity_check: string }>(connection, 'PRAGMA integrity_check');
    const dangling = await query(connection, 'PRAGMA foreign_key_check');
    const isIntact = problems.every((row) => row.integrity_check === 'ok') && dangling.length === 0;
    if (!isIntact) throw new DatabaseFailure({ kind: 'file_unusable', path, reason: 'damaged' });
  });
}

/** Runs statements on a connection. `stopping` interrupts the running statement. */
async function withConnection<T>(
  path: string,
  mode: number,
  stopping: AbortSignal,
  work: (connection: sqlite3.Database) => Promise<T>,
): Promise<T> {
  const connection = await connect(path, mode);
  const interrupt = () => connection.interrupt();
  try {
    stopping.throwIfAborted();
    stopping.addEventListener('abort', interrupt);
    return await work(connection);
  } finally {
    stopping.removeEventListener('abort', interrupt);
    await close(connection);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the file its name, unless another file has it. */
async function publish(partial: string, to: string): Promise<void> {
  try {
    await link(partial, to);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (isTaken) throw error;
    // Some file systems have no hard links.
    await copyFile(partial, to, constants.COPYFILE_EXCL);
    await sync(to);
  }
}

function connect(path: string, mode: number): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(path, mode, (error) => {
      if (error) return reject(error);
      opened.configure('busyTimeout', busyTimeoutMs);
      resolve(opened);
    });
  });
}

function query<Row>(connection: sqlite3.Database, sql: string, parameters: readonly string[] = []): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    connection.all<Row>(sql, parameters, (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}

function close(connection: sqlite3.Database): Promise<void> {
  return new Promise((resolve) => connection.close(() => resolve()));
}
