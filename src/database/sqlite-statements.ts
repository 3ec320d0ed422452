import type sqlite3 from 'sqlite3';
import type { Parameter, Statements } from './reader.js';

/** Statements of one connection. They reject with the errors of the driver. */
export interface SqliteStatements extends Statements {
  /** Finalizes all statements. Required before the connection is closed. */
  close(): Promise<void>;
}

/**
 * Keeps all statements of a connection prepared: they are few, since a list is one parameter.
 * TypeORM would prepare and finalize each time.
 */
export function createSqliteStatements(connection: sqlite3.Database): SqliteStatements {
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

  /** A failed statement stays active, and so does a read transaction. */
  const fail = (statement: sqlite3.Statement, error: Error, reject: (error: Error) => void) => {
    statement.reset(() => reject(error));
  };

  return {
    async select<Row>(sql: string, parameters: readonly Parameter[]) {
      const statement = await statementOf(sql);
      // `all` steps to the end, which ends the read. The driver queues calls of one statement.
      return new Promise<Row[]>((resolve, reject) => {
        statement.all<Row>([...parameters], (error, rows) => (error ? fail(statement, error, reject) : resolve(rows)));
      });
    },
    async write(sql, parameters) {
      const statement = await statementOf(sql);
      return new Promise<number>((resolve, reject) => {
        statement.run([...parameters], function onDone(error: Error | null) {
          if (error) fail(statement, error, reject);
          else resolve(this.changes);
        });
      });
    },
    async close() {
      for (const statement of await Promise.allSettled(prepared.values())) {
        if (statement.status === 'fulfilled') {
          await new Promise<void>((resolve) => statement.value.finalize(() => resolve()));
        }
      }
    },
  };
}
