/**
 * A value of the TL language: `int` and `double` are numbers, `long` is a signed bigint, `int128`,
 * `int256` and `bytes` are buffers.
 */
export type TlValue = boolean | number | bigint | string | Buffer | TlObject | readonly TlValue[];

/**
 * An object of a constructor, or a call of a function, with its name under `_` and its fields as
 * the schema names them.
 */
export interface TlObject {
  readonly _: string;
  readonly [field: string]: TlValue | undefined;
}

/** Returns whether the value is an object and not a number, a text or a list. */
export function isTlObject(value: TlValue | undefined): value is TlObject {
  return typeof value === 'object' && !Buffer.isBuffer(value) && !Array.isArray(value);
}
