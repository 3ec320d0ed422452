import { TlFailure } from './failure.js';
import { isTlObject, type TlObject, type TlValue } from './value.js';

/**
 * Returns the text in a field; an absent one is the empty text, as a peer that leaves it out means.
 */
export function textOf(object: TlObject, field: string): string {
  const value = object[field] ?? '';
  return typeof value === 'string' ? value : wrong(object, field);
}

/** Returns the bytes in a field. */
export function bytesOf(object: TlObject, field: string): Buffer {
  const value = object[field];
  return Buffer.isBuffer(value) ? value : wrong(object, field);
}

/** Returns the number in an `int` field. */
export function intOf(object: TlObject, field: string): number {
  const value = object[field];
  return typeof value === 'number' ? value : wrong(object, field);
}

/** Returns the number in a `long` field. */
export function longOf(object: TlObject, field: string): bigint {
  const value = object[field];
  return typeof value === 'bigint' ? value : wrong(object, field);
}

/** Returns the object in a field. */
export function objectOf(object: TlObject, field: string): TlObject {
  const value = object[field];
  return isTlObject(value) ? value : wrong(object, field);
}

/** Returns the items of a vector field. */
export function listOf(object: TlObject, field: string): readonly TlValue[] {
  const value = object[field];
  return Array.isArray(value) ? (value as readonly TlValue[]) : wrong(object, field);
}

/** Returns the numbers of a `Vector<long>` field. */
export function longsOf(object: TlObject, field: string): readonly bigint[] {
  return listOf(object, field).filter((item) => typeof item === 'bigint');
}

function wrong(object: TlObject, field: string): never {
  throw TlFailure.malformed(`${object._}.${field}`);
}
