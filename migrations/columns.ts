import type { TableColumnOptions } from 'typeorm';

/** Returns a text column, never null. */
export function text(name: string): TableColumnOptions {
  return { name, type: 'text' };
}

/** Returns the text column that names a row. */
export function primaryText(name: string, constraint: string): TableColumnOptions {
  return { name, type: 'text', isPrimary: true, primaryKeyConstraintName: constraint };
}

/** Milliseconds since the Unix epoch, never null. */
export function epochMs(name: string): TableColumnOptions {
  return { name, type: 'bigint' };
}

/** Microseconds since the Unix epoch, never null. */
export function epochUs(name: string): TableColumnOptions {
  return epochMs(name);
}

/** Returns a text column, null if there is none. */
export function optionalText(name: string): TableColumnOptions {
  return { name, type: 'text', isNullable: true };
}

/** Milliseconds since the Unix epoch, null if there is no such time. */
export function optionalEpochMs(name: string): TableColumnOptions {
  return { name, type: 'bigint', isNullable: true };
}
