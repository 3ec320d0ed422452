import type { Database } from '../../src/database/database.js';
import type { ForeignDatabase } from '../../src/database/foreign/foreign-database.js';
import { openForeignDatabase } from '../../src/database/foreign/open-foreign-database.js';
import type { ImportPart } from '../../src/import/part.js';
import { createImportReport } from '../../src/import/report.js';
import { runImport } from '../../src/import/run-import.js';
import { createPostgresDatabase, createSqliteDatabase, postgresMissing, type TestDatabase } from './test-database.js';

/** The kinds of databases that other programs use. */
export const sourceKinds = [
  { kind: 'SQLite', create: createSqliteDatabase, missing: undefined },
  { kind: 'PostgreSQL', create: createPostgresDatabase, missing: postgresMissing },
] as const;

/** A row of a table, by column. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** Inserts the rows with the types that they have. */
export async function insertRows(testDatabase: TestDatabase, table: string, rows: readonly StoredRow[]): Promise<void> {
  const connection = await testDatabase.connect();
  try {
    for (const row of rows) {
      const names = Object.keys(row).map((name) => `"${name}"`);
      const values = names.map((_, index) => `$${index + 1}`);
      await connection.query(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${values.join(', ')})`,
        Object.values(row),
      );
    }
  } finally {
    await connection.destroy();
  }
}

/** Runs the statements one by one. */
export async function executeAll(testDatabase: TestDatabase, statements: readonly string[]): Promise<void> {
  const connection = await testDatabase.connect();
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.destroy();
  }
}

/** Imports from that database, and returns the lines of the report. */
export async function runImportFrom(
  testDatabase: TestDatabase,
  database: Database,
  open: (source: ForeignDatabase) => Promise<readonly ImportPart[]>,
  { isDryRun = false, isJson = false }: { readonly isDryRun?: boolean; readonly isJson?: boolean } = {},
): Promise<readonly string[]> {
  const lines: string[] = [];
  const source = await openForeignDatabase(testDatabase.uri);
  try {
    const parts = await open(source);
    const report = createImportReport({ source: 'test', isDryRun, isJson, print: (line) => lines.push(line) });
    for (const { name } of parts) report.begin(name);
    await runImport({ database, parts, isDryRun, report: (part, outcomes) => report.add(part, outcomes) });
    report.end();
  } finally {
    await source.close();
  }
  return lines;
}
