import { stat } from 'node:fs/promises';
import sqlite3 from 'sqlite3';
import { DatabaseFailure } from '../failure.js';
import { fileProblemOf } from '../file-problem.js';
import { explainSqlite } from '../sqlite-errors.js';
import type { SqliteTarget } from '../uri.js';
import type { ForeignDatabase, ForeignRow } from './foreign-database.js';

const busyTimeoutMs = 5_000;

/** Opens the SQLite file of another program. Throws DatabaseFailure. */
export async function openForeignSqlite({ path }: SqliteTarget): Promise<ForeignDatabase> {
  await requireFile(path);
  const explain = (error: unknown) => explainSqlite(error, path);
  const connection = await open(path).catch((error: unknown) => {
    throw explain(error);
  });
  const run = (sql: string) =>
    new Promise<void>((resolve, reject) => {
      connection.exec(sql, (error) => (error ? reject(toError(explain(error))) : resolve()));
    });
  const close = () => new Promise<void>((resolve) => connection.close(() => resolve()));

  async function* rows(sql: string): AsyncGenerator<ForeignRow> {
    const statement = await prepare(connection, sql).catch((error: unknown) => {
      throw explain(error);
    });
    try {
      for (;;) {
        const row = await step(statement);
        if (row === undefined) return;
        yield row;
      }
    } catch (error) {
      throw explain(error);
    } finally {
      await new Promise<void>((resolve) => statement.finalize(() => resolve()));
    }
  }

  async function names(sql: string): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { name } of rows(sql)) found.push(String(name));
    return found.toSorted();
  }

  connection.configure('busyTimeout', busyTimeoutMs);
  try {
    await run('PRAGMA query_only = ON');
    // The first read begins the snapshot.
    await run('BEGIN');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: 'sqlite',
    tables: () => names(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view')`),
    columns: (table) => names(`SELECT name FROM pragma_table_info('${table.replaceAll("'", "''")}')`),
    rows,
    countOtherConnections: () => Promise.resolve(undefined),
    close,
  };
}

/** SQLite does not report that a file is missing, or is a folder. */
async function requireFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return;
  } catch (cause) {
    const reason = fileProblemOf(cause) ?? 'unopenable';
    throw new DatabaseFailure({ kind: 'file_unusable', path, reason }, { cause });
  }
  throw new DatabaseFailure({ kind: 'file_unusable', path, reason: 'not_a_file' });
}

function open(path: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(path, sqlite3.OPEN_READONLY, (error) =>
      error ? reject(error) : resolve(opened),
    );
  });
}

function prepare(connection: sqlite3.Database, sql: string): Promise<sqlite3.Statement> {
  return new Promise((resolve, reject) => {
    const statement = connection.prepare(sql, (error: Error | null) => (error ? reject(error) : resolve(statement)));
  });
}

/** Returns the next row of the statement, or undefined after the last one. */
function step(statement: sqlite3.Statement): Promise<ForeignRow | undefined> {
  return new Promise((resolve, reject) => {
    statement.get<ForeignRow>((error: Error | null, row?: ForeignRow) => (error ? reject(error) : resolve(row)));
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
