import { z } from 'zod';
import { isTreeMap, type Tree, type TreeMap } from './tree.js';

/** The description of a value schema, for every key that uses it. */
export interface ValueNote {
  /** Completes the sentence "It must be ...". */
  readonly expects: string;
  readonly form: 'text' | 'list' | 'map';
  /** A secret is never printed, and may be read from a file (`<key>_file`). */
  readonly secret: boolean;
  /** Each text is the path of a file. The schema receives the contents with it. */
  readonly readsFiles: boolean;
  /** The text is a path. A relative path starts from the folder of the configuration file. */
  readonly isPath?: boolean;
  /** The items of the list are maps, each of one of these kinds, selected by its key `type`. */
  readonly kinds?: Readonly<Record<string, GroupNote>>;
}

/** The description of one key, for the sample file and the reference. */
export interface SettingNote extends ValueNote {
  readonly about: string;
  readonly presence:
    | { readonly kind: 'required'; readonly sample: Tree }
    | { readonly kind: 'default'; readonly value: Tree }
    | { readonly kind: 'optional'; readonly example: Tree };
}

/** The description of a group of keys. */
export interface GroupNote {
  readonly about: string;
  readonly keys: Readonly<Record<string, z.ZodType>>;
}

/** Descriptions of value schemas, added at their declaration. */
export const valueNotes = new WeakMap<z.core.$ZodType, ValueNote>();
/** Descriptions of keys, added at the declaration of the sections. */
export const settingNotes = new WeakMap<z.core.$ZodType, SettingNote>();
/** Descriptions of sections and groups, added at their declaration. */
export const groupNotes = new WeakMap<z.core.$ZodType, GroupNote>();

/**
 * Declares a required key. `sample` is written to the sample file and rejected if it is left there.
 */
export function required<S extends z.ZodType>(schema: S, sample: Tree, about: string): S {
  const setting = schema.clone();
  settingNotes.set(setting, { ...noteOf(schema), about, presence: { kind: 'required', sample } });
  return setting;
}

/** Declares a key with a default. */
export function withDefault<S extends z.ZodType>(schema: S, value: z.input<S> & Tree, about: string): z.ZodPrefault<S> {
  const setting = z.prefault(schema, value);
  settingNotes.set(setting, { ...noteOf(schema), about, presence: { kind: 'default', value } });
  return setting;
}

/** Declares an optional key. `example` is written to the sample file as a comment. */
export function optional<S extends z.ZodType>(schema: S, example: Tree, about: string): z.ZodOptional<S> {
  const setting = z.optional(schema);
  settingNotes.set(setting, { ...noteOf(schema), about, presence: { kind: 'optional', example } });
  return setting;
}

/** Declares a group of keys, and how their values are transformed for the rest of the program. */
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

/** Returns the tree with all missing groups added, since the schema requires their maps. */
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
