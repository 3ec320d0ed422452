import type { EntitySchemaColumnOptions } from 'typeorm';

/** Text, never null. */
export function text(name: string): EntitySchemaColumnOptions {
  return { name, type: 'text' };
}

/** The text that names a row. */
export function primaryText(name: string, constraint: string): EntitySchemaColumnOptions {
  return { name, type: 'text', primary: true, primaryKeyConstraintName: constraint };
}

/** Milliseconds since the Unix epoch, never null. */
export function epochMs(name: string): EntitySchemaColumnOptions {
  // PostgreSQL answers bigint as text; a time in milliseconds is far below 2^53.
  return {
    name,
    type: 'bigint',
    transformer: { to: (value: unknown) => value, from: (value: unknown) => Number(value) },
  };
}
