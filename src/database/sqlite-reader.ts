import sqlite3 from 'sqlite3';
import { sqliteJson, type Parameter, type Reader } from './reader.js';

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
 * "Write-Ahead Logging"). It keeps all statements prepared: they are few, since a list is one
 * parameter. Rejects with the driver's error.
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
  const prepared = new Map<string, Promise<sqlite3.Statement>>();

  const prepare = (sql: string) =>
    new Promise<sqlite3.Statement>((resolve, reject) => {
      const statement = connection.prepare(sql, (error: Error | null) => (error ? reject(error) : resolve(statement)));
    });
  const statementOf = (sql: string) => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = prepare(sql);
    prepared.set(sql, statement);
    // A statement that could not be prepared, for want of memory or of the file, is prepared again.
    statement.catch(() => prepared.delete(sql));
    return statement;
  };

  const reader: SqliteReader = {
    json: sqliteJson,
    async select<Row>(sql: string, parameters: readonly Parameter[]) {
      if (sql.startsWith('SELECT')) sizeCache();
      const statement = await statementOf(sql);
      // `all` steps to the end, which ends the read. The driver queues calls of one statement.
      return new Promise<Row[]>((resolve, reject) => {
        statement.all<Row>([...parameters], (error, rows) => {
          if (!error) return resolve(rows);
          // A failed statement stays active, and so does the read transaction.
          statement.reset(() => reject(error));
        });
      });
    },
    async close() {
      for (const statement of await Promise.allSettled(prepared.values())) {
        if (statement.status === 'fulfilled') {
          await new Promise<void>((resolve) => statement.value.finalize(() => resolve()));
        }
      }
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
