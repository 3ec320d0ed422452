import type { EntitySchemaColumnOptions } from 'typeorm';

/** Text, never null. */
export function text(name: string): EntitySchemaColumnOptions {
  return { name, type: 'text' };
}

/** Returns the text that names a row. */
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

/** Text, null if there is none. */
export function optionalText(name: string): EntitySchemaColumnOptions {
  return { name, type: 'text', nullable: true };
}

/** Milliseconds since the Unix epoch, null if there is no such time. */
export function optionalEpochMs(name: string): EntitySchemaColumnOptions {
  const from = (value: unknown) => (value === null ? null : Number(value));
  return { name, type: 'bigint', nullable: true, transformer: { to: (value: unknown) => value, from } };
}
