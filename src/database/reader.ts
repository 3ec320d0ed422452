import type { EntitySchema } from 'typeorm';

/** A value that the driver binds to a placeholder. */
export type Parameter = string | number | null;

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
  /** The function that returns the elements of a JSON array of texts as rows. */
  readonly jsonElements: 'json_each' | 'jsonb_array_elements_text';
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
