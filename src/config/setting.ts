import { z } from 'zod';
import { isTreeMap, type Tree, type TreeMap } from './tree.js';

/** What one kind of value is, whichever key holds it. */
export interface ValueNote {
  /** Completes the sentence "It must be ...". */
  readonly expects: string;
  readonly form: 'text' | 'list' | 'map';
  /** A secret is never shown, and may come from a file of its own (`<key>_file`). */
  readonly secret: boolean;
  /** Each text is the path of a file, and the schema is given its contents with it. */
  readonly readsFiles: boolean;
  /** The text is a path: a relative one starts from the folder of the configuration file. */
  readonly isPath?: boolean;
  /** The items of the list are maps, each of one of these kinds, which its key `type` names. */
  readonly kinds?: Readonly<Record<string, GroupNote>>;
}

/** What one key of the configuration is: what the sample file and the reference say about it. */
export interface SettingNote extends ValueNote {
  readonly about: string;
  readonly presence:
    | { readonly kind: 'required'; readonly sample: Tree }
    | { readonly kind: 'default'; readonly value: Tree }
    | { readonly kind: 'optional'; readonly example: Tree };
}

/** What one group of keys is. */
export interface GroupNote {
  readonly about: string;
  readonly keys: Readonly<Record<string, z.ZodType>>;
}

/** What each value schema is; filled where the schemas are declared. */
export const valueNotes = new WeakMap<z.core.$ZodType, ValueNote>();
/** What each key is; filled where the sections are declared. */
export const settingNotes = new WeakMap<z.core.$ZodType, SettingNote>();
/** What each section and each group inside one is; filled where they are declared. */
export const groupNotes = new WeakMap<z.core.$ZodType, GroupNote>();

/** A key that must be given. `sample` stands in the sample file and is refused when left there. */
export function required<S extends z.ZodType>(schema: S, sample: Tree, about: string): S {
  const setting = schema.clone();
  settingNotes.set(setting, { ...noteOf(schema), about, presence: { kind: 'required', sample } });
  return setting;
}

/** A key that has a value when it is not given. */
export function withDefault<S extends z.ZodType>(schema: S, value: z.input<S> & Tree, about: string): z.ZodPrefault<S> {
  const setting = z.prefault(schema, value);
  settingNotes.set(setting, { ...noteOf(schema), about, presence: { kind: 'default', value } });
  return setting;
}

/** A key that may be left out. `example` stands in the sample file as a comment. */
export function optional<S extends z.ZodType>(schema: S, example: Tree, about: string): z.ZodOptional<S> {
  const setting = z.optional(schema);
  settingNotes.set(setting, { ...noteOf(schema), about, presence: { kind: 'optional', example } });
  return setting;
}

/** Keys that belong together, and what the rest of the program gets from them. */
export function group<Keys extends Record<string, z.ZodType>, Out>(
  about: string,
  keys: Keys,
  shape: (values: z.output<z.ZodObject<Keys, z.core.$strict>>, context: z.RefinementCtx) => Out,
) {
  const names = Object.keys(keys).join(', ');
  const schema = z
    .strictObject(keys, { error: `This is a section: it must hold keys of its own (${names}).` })
    .transform(shape);
  groupNotes.set(schema, { about, keys });
  return schema;
}

function noteOf(schema: z.ZodType): ValueNote {
  const note = valueNotes.get(schema);
  if (!note) throw new Error('a setting needs a schema made by text(), listOf() or mapOf()');
  return note;
}

/** Whether the groups' maps exist is for the schema to assume: this makes those that are missing. */
export function withGroups(tree: TreeMap, keys: Readonly<Record<string, z.ZodType>>): TreeMap {
  const filled = new Map<string, Tree>(Object.entries(tree));
  for (const [name, schema] of Object.entries(keys)) {
    const nested = groupNotes.get(schema);
    if (!nested) continue;
    const current = filled.get(name) ?? {};
    filled.set(name, isTreeMap(current) ? withGroups(current, nested.keys) : current);
  }
  return Object.fromEntries(filled);
}
