import type { Printable, PrintableFields } from './redact.js';

/** An event to print. All of it is already redacted. */
export interface Line {
  readonly atMs: number;
  readonly level: string;
  readonly message: string;
  readonly fields: PrintableFields;
}

/**
 * Returns one JSON object on one line: timestamp (ISO 8601, UTC), level, message, then the fields.
 * A field with a reserved name gets the suffix `_`.
 */
export function jsonLine({ atMs, level, message, fields }: Line): string {
  let text = `{"timestamp":"${new Date(atMs).toISOString()}","level":"${level}","message":${JSON.stringify(message)}`;
  for (const key of Object.keys(fields)) {
    text += `,${JSON.stringify(freeName(key, fields))}:${JSON.stringify(fields[key])}`;
  }
  return escapeControls(`${text}}`);
}

/** Returns the name, with as many `_` as make it neither reserved nor that of another field. */
function freeName(key: string, fields: PrintableFields): string {
  if (key !== 'timestamp' && key !== 'level' && key !== 'message') return key;
  let name = `${key}_`;
  while (Object.hasOwn(fields, name)) name += '_';
  return name;
}

/**
 * Returns one readable line, followed by the frames of its errors. Every line after the first is
 * indented, so that no text can imitate another event.
 */
export function prettyLine({ atMs, level, message, fields }: Line): string {
  const stacks: string[] = [];
  const pairs = Object.entries(fields).map(([key, value]) => ` ${bare(key)}=${short(value, stacks)}`);
  const head = `${new Date(atMs).toISOString()} ${level.toUpperCase().padEnd(5)} ${message}${pairs.join('')}`;
  return [head, ...stacks.map((frame) => `    ${frame}`)].map(escapeControls).join('\n');
}

function bare(key: string): string {
  return /^[\w.-]+$/.test(key) ? key : JSON.stringify(key);
}

function short(value: Printable, stacks: string[]): string {
  if (typeof value === 'string') {
    return /^[\w.:/@+…[\]-]+$/.test(value) ? value : JSON.stringify(value);
  }
  return JSON.stringify(withoutStacks(value, stacks));
}

/** Moves each `stack` out of the value into `stacks`, frame by frame. */
function withoutStacks(value: Printable, stacks: string[]): Printable {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (isList(value)) {
    return value.map((item) => withoutStacks(item, stacks));
  }
  const kept: [string, Printable][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (key === 'stack' && typeof item === 'string') {
      stacks.push(...item.split('\n').map((frame) => frame.trim()));
    } else {
      kept.push([key, withoutStacks(item, stacks)]);
    }
  }
  return Object.fromEntries(kept);
}

function isList(value: object): value is readonly Printable[] {
  return Array.isArray(value);
}

/**
 * Line breaks, terminal escapes and text-direction marks (Unicode Technical Report 36) become
 * visible `\uXXXX`.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
