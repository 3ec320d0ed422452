import sqlite3 from 'sqlite3';

/**
 * More than SQLite's smallest cache: the pages of the row go to the disk before the transaction
 * ends.
 */
const rowLength = 64 * 1024;

/**
 * Writes a row and rolls back, on a connection of its own: an open one would read a damaged file
 * from its cache, and write nothing to a full disk before it commits. Rejects with SQLite's error.
 */
export async function probeSqlite(path: string, busyTimeoutMs: number): Promise<void> {
  const connection = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, (error) =>
      error ? reject(error) : resolve(opened),
    );
  });
  const execute = (sql: string) =>
    new Promise<void>((resolve, reject) => {
      connection.exec(sql, (error) => (error ? reject(error) : resolve()));
    });
  try {
    connection.configure('busyTimeout', busyTimeoutMs);
    await execute('PRAGMA cache_size = 1; BEGIN IMMEDIATE');
    await execute(`INSERT INTO flood_waits (subject_hash, until) VALUES (hex(zeroblob(${rowLength / 2})), 0)`);
    await execute('ROLLBACK');
  } finally {
    await new Promise<void>((resolve) => connection.close(() => resolve()));
  }
}
