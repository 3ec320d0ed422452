import { z } from 'zod';
import { Secret } from '../base/secret.js';
import { isPlaceholder } from './placeholder.js';
import { valueNotes } from './setting.js';

/** Why a value is refused, where "it is not what is expected" says too little. */
export class Complaint {
  /** `message` is whole sentences, and never holds the value of a secret. */
  constructor(readonly message: string) {}
}

interface TextOptions {
  /** Completes the sentence "It must be ...". */
  readonly expects: string;
  readonly secret?: boolean;
  /** Values of sample files, which must have been replaced. */
  readonly samples?: readonly string[];
  /** What to do about a value that is missing or still the sample's. */
  readonly todo?: string;
}

/** A single value. `read` gives undefined for what is not as expected. */
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
  /** 4 unless given: a shorter secret is a slip of the editor. */
  readonly minLength?: number;
}

/** A single value that no message shows. Placeholders and values that are too short are refused. */
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

/** A whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number, options: Omit<TextOptions, 'expects'> = {}) {
  return text({ ...options, expects: `a whole number from ${min} to ${max}` }, (input) => {
    const value = /^-?[0-9]{1,15}$/.test(input) ? Number(input) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly [W, ...W[]]) {
  return text<W>({ expects: `one of ${words.join(', ')}` }, (input) => words.find((word) => word === input));
}

/** true or false. */
export const trueOrFalse = text({ expects: 'true or false' }, (input) =>
  input === 'true' ? true : input === 'false' ? false : undefined,
);

/** Text of any kind but empty. */
export function words(expects: string) {
  return text({ expects }, (input) => (input.trim() === '' ? undefined : input));
}

/** The path of a file or folder that the daemon will use; absolute once it was read. */
export function path(expects: string) {
  const schema = text({ expects }, (input) => (input.trim() === '' ? undefined : input));
  valueNotes.set(schema, { expects, form: 'text', secret: false, readsFiles: false, isPath: true });
  return schema;
}

/** A map of texts, one schema for all of its values; `expects` completes the sentence "It must be a map: ...". */
export function mapOf<S extends z.ZodType>(value: S, expects: string) {
  const schema = z
    .record(z.string(), value, { error: `It must be a map: ${expects}.` })
    .transform((map): ReadonlyMap<string, z.output<S>> => new Map(Object.entries(map)));
  valueNotes.set(schema, { expects: `a map: ${expects}`, form: 'map', secret: false, readsFiles: false });
  return schema;
}

/** A list, one schema for all of its items. */
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
