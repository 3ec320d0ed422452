import sqlite3 from 'sqlite3';
import { DatabaseFailure } from './failure.js';

/**
 * Claims a SQLite database for one daemon, by an open transaction on a file beside it: the operating system lets go of that when the
 * process ends, however it ends. Other programs may still read and write the database. Resolves with how to give the claim up;
 * throws DatabaseFailure `in_use` where another daemon has it.
 */
export async function claimForDaemon(path: string): Promise<() => Promise<void>> {
  const lockPath = `${path}-daemon`;
  const connection = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(lockPath, (cause) =>
      cause ? reject(new DatabaseFailure({ kind: 'file_unusable', path: lockPath }, { cause })) : resolve(opened),
    );
  });
  const release = () => new Promise<void>((resolve) => connection.close(() => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      connection.exec('BEGIN EXCLUSIVE', (cause) => (cause ? reject(cause) : resolve()));
    });
  } catch (cause) {
    await release();
    throw new DatabaseFailure({ kind: 'in_use', path }, { cause });
  }
  return release;
}
