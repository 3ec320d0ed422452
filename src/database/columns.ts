import type { EntitySchemaColumnOptions } from 'typeorm';

/** Returns a text column that is never null. */
export function text(name: string): EntitySchemaColumnOptions {
  return { name, type: 'text' };
}

/** Returns a text column of the primary key. */
export function primaryText(name: string, constraint: string): EntitySchemaColumnOptions {
  return { name, type: 'text', primary: true, primaryKeyConstraintName: constraint };
}

/** Returns a column of epoch milliseconds that is never null. */
export function epochMs(name: string): EntitySchemaColumnOptions {
  // PostgreSQL returns bigint as text. Epoch milliseconds are far less than 2^53.
  return {
    name,
    type: 'bigint',
    transformer: { to: (value: unknown) => value, from: (value: unknown) => Number(value) },
  };
}

/** Returns a column of epoch microseconds that is never null. They, too, are less than 2^53. */
export function epochUs(name: string): EntitySchemaColumnOptions {
  return epochMs(name);
}

/** Returns a text column that may be null. */
export function optionalText(name: string): EntitySchemaColumnOptions {
  return { name, type: 'text', nullable: true };
}

/** Returns a column of epoch milliseconds that may be null. */
export function optionalEpochMs(name: string): EntitySchemaColumnOptions {
  const from = (value: unknown) => (value === null ? null : Number(value));
  return { name, type: 'bigint', nullable: true, transformer: { to: (value: unknown) => value, from } };
}
