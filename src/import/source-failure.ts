import { Failure } from '../base/failure.js';
import type { DatabaseFailureDetails } from '../database/failure.js';
import type { ForeignDatabase } from '../database/foreign/foreign-database.js';

/** Why nothing of a source can be imported. */
export type SourceFailureDetails =
  /** It cannot be opened. */
  | { readonly kind: 'source_unusable'; readonly problem: DatabaseFailureDetails }
  /** The database is of another program or version. `missing` is a table or column. */
  | { readonly kind: 'other_schema'; readonly program: string; readonly missing: string }
  /** Other programs are connected to the database whose sessions are to be taken. */
  | { readonly kind: 'source_in_use'; readonly connections: number };

/** Thrown before anything is imported. */
export class SourceFailure extends Failure<SourceFailureDetails> {}

/** Throws SourceFailure unless the database has the table with these columns. */
export async function requireColumns(
  database: ForeignDatabase,
  program: string,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
): Promise<void> {
  const found = await database.columns(table);
  if (found.length === 0) throw new SourceFailure({ kind: 'other_schema', program, missing: table });
  const missing = columns.find((column) => !found.includes(column));
  if (missing === undefined) return;
  throw new SourceFailure({ kind: 'other_schema', program, missing: `${table}.${missing}` });
}
