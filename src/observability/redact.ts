import { types } from 'node:util';
import { Failure } from '../base/failure.js';
import { PhoneNumber } from '../base/phone.js';
import { Secret } from '../base/secret.js';
import { hidden, namesSecret, maskSecrets } from './mask-secrets.js';

/** A value that may be printed: plain JSON. */
export type Printable = string | number | boolean | null | readonly Printable[] | { readonly [key: string]: Printable };

/** The fields of a log line, ready to print. */
export type PrintableFields = Readonly<Record<string, Printable>>;

const maxDepth = 8;
const maxEntries = 100;
const maxTextLength = 8192;

interface Place {
  readonly ancestors: readonly object[];
  /** Whether a name on the path marks everything below it as secret. */
  readonly secret: boolean;
  /** Whether an error on the path is an expected failure or its cause. */
  readonly known: boolean;
}

/**
 * Returns the value as a log may show it. Secrets and phone numbers are masked, bytes become their
 * count, errors become name, message, frames and causes. Failures become their details, without
 * frames. Other class instances become their class name. Functions and symbols become undefined.
 * Depth, width and length are bounded, cycles are cut, and it never throws.
 */
export function redact(value: unknown): Printable | undefined {
  return redactValue(value, { ancestors: [], secret: false, known: false });
}

/**
 * Returns the redacted fields of a log line. A value that cannot be read results in no fields
 * rather than an exception.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): PrintableFields {
  try {
    return redactEntries(keysOf(fields), { ancestors: [fields], secret: false, known: false });
  } catch {
    return {};
  }
}

/** Returns the redacted value as one text, for a message or the name of a field. */
export function redactToText(value: unknown): string {
  const printed = redact(value);
  return typeof printed === 'string' ? printed : JSON.stringify(printed ?? null);
}

/** Returns `text` with a bounded length, without secrets. */
function redactText(text: string): string {
  const masked = maskSecrets(text.slice(0, maxTextLength * 2));
  return masked.length > maxTextLength ? `${masked.slice(0, maxTextLength)}…` : masked;
}

function redactValue(value: unknown, place: Place): Printable | undefined {
  try {
    return typeof value === 'object' && value !== null ? redactObject(value, place) : redactScalar(value, place);
  } catch {
    return '[unprintable]';
  }
}

function redactScalar(value: unknown, place: Place): Printable | undefined {
  switch (typeof value) {
    case 'string':
      return place.secret ? hidden : redactText(value);
    case 'number':
      return place.secret ? hidden : Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return place.secret ? hidden : String(value);
    case 'boolean':
      return value;
    case 'object':
      return null;
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function redactObject(value: object, place: Place): Printable | undefined {
  if (value instanceof Secret || value instanceof PhoneNumber) {
    return value.toString();
  }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return `[bytes ${value.byteLength}]`;
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  }
  if (value instanceof URL) {
    return place.secret ? hidden : redactText(value.href);
  }
  if (place.ancestors.includes(value)) {
    return '[circular]';
  }
  if (place.ancestors.length >= maxDepth) {
    return '[deep]';
  }
  const below: Place = { ...place, ancestors: [...place.ancestors, value] };
  if (value instanceof Error || types.isNativeError(value)) {
    return redactError(value, below);
  }
  if (Array.isArray(value)) {
    return redactItems(value, below);
  }
  if (value instanceof Set) {
    return redactItems([...value], below);
  }
  if (value instanceof Map) {
    const entries: readonly (readonly unknown[])[] = [...value];
    return redactEntries(
      entries.map(([key, item]) => [redactToText(key), () => item]),
      below,
    );
  }
  return isPlain(value) ? redactEntries(keysOf(value), below) : `[${value.constructor.name}]`;
}

/**
 * A library's error may carry query parameters or whole requests, so only these properties are
 * printed.
 */
function redactError(error: Error, place: Place): Printable {
  const known = place.known || error instanceof Failure;
  const shown = ['name', 'message', 'code', 'errorMessage'] as const;
  const cause = 'cause' in error && error.cause !== undefined ? [['cause', (): unknown => error.cause] as const] : [];
  const errors = error instanceof AggregateError ? [['errors', (): unknown => error.errors] as const] : [];
  return redactEntries(
    [
      ...shown.map((key) => [key, () => scalarOf(error, key)] as const),
      ...(error instanceof Failure ? [['details', (): unknown => error.details] as const] : []),
      ...(known ? [] : [['stack', () => framesOf(error)] as const]),
      ...cause,
      ...errors,
    ],
    { ...place, known },
  );
}

function scalarOf(error: Error, key: string): string | number | undefined {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Returns the stack without its head, which repeats the message. */
function framesOf(error: Error): string | undefined {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return frames && frames.length > 0 ? frames.join('\n') : undefined;
}

function redactItems(items: readonly unknown[], place: Place): Printable {
  const shown = items.slice(0, maxEntries).map((item) => redactValue(item, place) ?? null);
  return items.length > maxEntries ? [...shown, `[${items.length - maxEntries} more]`] : shown;
}

type Entry = readonly [key: string, read: () => unknown];

function redactEntries(entries: readonly Entry[], place: Place): PrintableFields {
  const shown: [string, Printable][] = [];
  for (const [key, read] of entries.slice(0, maxEntries)) {
    const printed = redactEntry(key, read, place);
    if (printed !== undefined) {
      shown.push([redactText(key), printed]);
    }
  }
  if (entries.length > maxEntries) {
    shown.push(['…', `[${entries.length - maxEntries} more]`]);
  }
  return Object.fromEntries(shown);
}

function redactEntry(key: string, read: () => unknown, place: Place): Printable | undefined {
  try {
    return redactValue(read(), place.secret || !namesSecret(key) ? place : { ...place, secret: true });
  } catch {
    return '[unprintable]';
  }
}

function keysOf(value: object): readonly Entry[] {
  return Object.keys(value).map((key) => [key, (): unknown => Reflect.get(value, key)]);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}
