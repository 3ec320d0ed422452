import type { EntitySchema } from 'typeorm';

/** A value that the driver binds to a placeholder. */
export type Parameter = string | number | null;

/** The names of functions of the database. */
export interface JsonFunctions {
  /** Returns the elements of a JSON array of texts as rows with a column `value`. */
  readonly elements: 'json_each' | 'jsonb_array_elements_text';
  /** Names these rows `asked`, and their position `key`. */
  readonly keyed: 'AS asked' | 'WITH ORDINALITY AS asked(value, key)';
  /** The position of the first element. */
  readonly firstKey: 0 | 1;
  /** Aggregates values into a JSON array, which `readJsonList` reads. */
  readonly list: 'json_group_array' | 'json_agg';
}

/** Those of SQLite. */
export const sqliteJson: JsonFunctions = {
  elements: 'json_each',
  keyed: 'AS asked',
  firstKey: 0,
  list: 'json_group_array',
};
/** Those of PostgreSQL. */
export const postgresJson: JsonFunctions = {
  elements: 'jsonb_array_elements_text',
  keyed: 'WITH ORDINALITY AS asked(value, key)',
  firstKey: 1,
  list: 'json_agg',
};

/**
 * Returns an aggregated list. SQLite returns it as text, and PostgreSQL returns null for an empty
 * one.
 */
export function readJsonList(list: unknown): readonly unknown[] {
  const read: unknown = typeof list === 'string' ? JSON.parse(list) : (list ?? []);
  if (!Array.isArray(read)) throw new Error('the database aggregated no list');
  return read;
}

/**
 * Runs single SELECT statements, in a transaction or outside of one. Placeholders are `$1`, `$2`
 * and so on, and occur first in that order.
 */
export interface Reader {
  /**
   * Returns the rows of a SELECT. The caller guarantees that the columns match `Row`. PostgreSQL
   * returns bigint as text.
   */
  select<Row>(sql: string, parameters: readonly Parameter[]): Promise<Row[]>;
  readonly json: JsonFunctions;
}

/** Runs single statements in a transaction. */
export interface Statements extends Pick<Reader, 'select'> {
  /**
   * Runs a statement that returns no rows, with placeholders as in `select`. Returns how many rows
   * it has changed.
   */
  write(sql: string, parameters: readonly Parameter[]): Promise<number>;
}

/** Reads rows of one table. */
export interface RowReader<Row> {
  /** Returns the rows of `SELECT … FROM the table`, followed by `rest`. */
  select(rest: string, parameters: readonly Parameter[]): Promise<Row[]>;
  /** Returns the first row of these, if any. */
  first(rest: string, parameters: readonly Parameter[]): Promise<Row | undefined>;
}

/**
 * Returns a function that reads the rows of a table as TypeORM does, without its query builder.
 */
export function createRowReader<Row extends object>(schema: EntitySchema<Row>): (reader: Reader) => RowReader<Row> {
  const columns = Object.entries<{ name?: string; transformer?: unknown } | undefined>(schema.options.columns);
  const names = columns.map(([property, column]) => `${column?.name ?? property} AS "${property}"`);
  const sql = `SELECT ${names.join(', ')} FROM ${schema.options.tableName}`;
  const conversions = columns.flatMap(([property, column]) =>
    hasFrom(column?.transformer) ? [[property, column.transformer] as const] : [],
  );
  const convert = (row: Record<string, unknown>) => {
    for (const [property, conversion] of conversions) row[property] = conversion.from(row[property]);
    return row as Row;
  };
  return (reader) => {
    const select = async (rest: string, parameters: readonly Parameter[]) =>
      (await reader.select<Record<string, unknown>>(`${sql} ${rest}`, parameters)).map(convert);
    return { select, first: async (rest, parameters) => (await select(rest, parameters))[0] };
  };
}

function hasFrom(transformer: unknown): transformer is { from(value: unknown): unknown } {
  return typeof transformer === 'object' && transformer !== null && 'from' in transformer;
}
