import sqlite3 from 'sqlite3';
import { sqliteJson, type Reader } from './reader.js';
import { createSqliteStatements } from './sqlite-statements.js';

/** A connection for reads. It reads what is committed, beside the transaction that is open. */
export interface SqliteReader extends Reader {
  close(): Promise<void>;
}

/**
 * Taken when it is needed. SQLite's 2,000 KiB are too few for lookups of thousands of addresses.
 */
const cacheKiB = 8_000;

/**
 * Opens a second connection to a file whose log lets readers run beside the writer (SQLite,
 * "Write-Ahead Logging"). Rejects with the driver's error.
 */
export async function openSqliteReader(path: string, busyTimeoutMs: number): Promise<SqliteReader> {
  const connection = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, (error) =>
      error ? reject(error) : resolve(opened),
    );
  });
  connection.configure('busyTimeout', busyTimeoutMs);
  let isSized = false;
  /**
   * Not at the start: the setting reads the schema, and so the log. A failure leaves the default.
   */
  const sizeCache = () => {
    if (isSized) return;
    isSized = true;
    connection.exec(`PRAGMA cache_size = ${-cacheKiB}`, () => undefined);
  };
  const statements = createSqliteStatements(connection);
  const reader: SqliteReader = {
    json: sqliteJson,
    select(sql, parameters) {
      if (sql.startsWith('SELECT')) sizeCache();
      return statements.select(sql, parameters);
    },
    async close() {
      await statements.close();
      await new Promise<void>((resolve, reject) => connection.close((error) => (error ? reject(error) : resolve())));
    },
  };
  try {
    await reader.select('PRAGMA query_only = ON', []);
  } catch (error) {
    await reader.close();
    throw error;
  }
  return reader;
}
