import { z } from 'zod';
import { Secret } from '../base/secret.js';
import { isPlaceholder } from './placeholder.js';
import { valueNotes } from './setting.js';

/** The reason for rejecting a value, if "it is not what is expected" is not enough. */
export class Complaint {
  /** `message` consists of whole sentences, and never contains the value of a secret. */
  constructor(readonly message: string) {}
}

interface TextOptions {
  /** Completes the sentence "It must be ...". */
  readonly expects: string;
  readonly secret?: boolean;
  /** Values of sample files that must be replaced. */
  readonly samples?: readonly string[];
  /** What to do about a value that is missing or still a sample. */
  readonly todo?: string;
}

/** Returns the schema of a single value. `read` returns undefined for an invalid one. */
export function text<T>(options: TextOptions, read: (text: string) => T | Complaint | undefined) {
  const { expects, secret = false, samples = [], todo = `It must be ${expects}.` } = options;
  const schema = z.string({ error: ({ input }) => notText(input, expects, todo) }).transform((input, context): T => {
    const value = samples.includes(input) ? new Complaint(`This is still a sample value. ${todo}`) : read(input);
    const shown = secret ? 'The value (not shown here)' : JSON.stringify(input);
    const complaint = value === undefined ? new Complaint(`${shown} is not ${expects}.`) : value;
    if (!(complaint instanceof Complaint)) return complaint;
    context.addIssue({ code: 'custom', message: complaint.message });
    return z.NEVER;
  });
  valueNotes.set(schema, { expects, form: 'text', secret, readsFiles: false });
  return schema;
}

interface SecretOptions extends Omit<TextOptions, 'secret'> {
  /** 4 by default: a shorter secret is a typing mistake. */
  readonly minLength?: number;
}

/**
 * Returns the schema of a secret value, which no message contains. Placeholders and short values
 * are rejected.
 */
export function secretText(options: SecretOptions, check: (text: string) => Complaint | boolean) {
  const { minLength = 4, todo = `It must be ${options.expects}.` } = options;
  return text<Secret>({ ...options, secret: true }, (input) => {
    if (isPlaceholder(input)) {
      return new Complaint(`The value (not shown here) is a placeholder or still a sample value. ${todo}`);
    }
    if (input.length < minLength) {
      return new Complaint(`The value (not shown here) has fewer than ${minLength} characters. ${todo}`);
    }
    const verdict = check(input);
    if (verdict instanceof Complaint) return verdict;
    return verdict ? new Secret(input) : undefined;
  });
}

/** Returns the schema of a whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number, options: Omit<TextOptions, 'expects'> = {}) {
  return text({ ...options, expects: `a whole number from ${min} to ${max}` }, (input) => {
    const value = /^-?[0-9]{1,15}$/.test(input) ? Number(input) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** Returns the schema of one of several words. */
export function oneOf<const W extends string>(words: readonly [W, ...W[]]) {
  return text<W>({ expects: `one of ${words.join(', ')}` }, (input) => words.find((word) => word === input));
}

/** The schema of true or false. */
export const trueOrFalse = text({ expects: 'true or false' }, (input) =>
  input === 'true' ? true : input === 'false' ? false : undefined,
);

/** Returns the schema of a text that is not empty. */
export function words(expects: string) {
  return text({ expects }, (input) => (input.trim() === '' ? undefined : input));
}

/** Returns the schema of the path of a file or folder. It is absolute once it was read. */
export function path(expects: string) {
  const schema = text({ expects }, (input) => (input.trim() === '' ? undefined : input));
  valueNotes.set(schema, { expects, form: 'text', secret: false, readsFiles: false, isPath: true });
  return schema;
}

/**
 * Returns the schema of a map of texts, all with the schema `value`. `expects` completes the
 * sentence "It must be a map: ...".
 */
export function mapOf<S extends z.ZodType>(value: S, expects: string) {
  const schema = z
    .record(z.string(), value, { error: `It must be a map: ${expects}.` })
    .transform((map): ReadonlyMap<string, z.output<S>> => new Map(Object.entries(map)));
  valueNotes.set(schema, { expects: `a map: ${expects}`, form: 'map', secret: false, readsFiles: false });
  return schema;
}

/** Returns the schema of a list, all items with the schema `item`. */
export function listOf<S extends z.ZodType>(item: S, expects: string) {
  const note = valueNotes.get(item);
  const schema = z.array(item, { error: `It must be a list: ${expects}.` });
  valueNotes.set(schema, {
    expects: `a list: ${expects}`,
    form: 'list',
    secret: note?.secret ?? false,
    readsFiles: note?.readsFiles ?? false,
  });
  return schema;
}

function notText(input: unknown, expects: string, todo: string): string {
  if (input === undefined) return `This key is missing. ${todo}`;
  return `It must be ${expects}, not ${Array.isArray(input) ? 'a list' : 'a map of keys'}.`;
}
