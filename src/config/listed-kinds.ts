import { z } from 'zod';
import { group, groupNotes, valueNotes, type GroupNote } from './setting.js';
import { isTreeMap, type Tree } from './tree.js';

/** One kind of map in a list: the value of its key `type`, and the schema of its other keys. */
export interface Kind<Out = unknown> {
  readonly type: string;
  readonly schema: z.ZodType<Out>;
}

/**
 * Returns a kind of map, with its purpose, its keys besides `type`, and how they are transformed.
 */
export function kind<Keys extends Record<string, z.ZodType>, Out>(
  type: string,
  about: string,
  keys: Keys,
  shape: (values: z.output<z.ZodObject<Keys, z.core.$strict>>, context: z.RefinementCtx) => Out,
): Kind<Out> {
  return { type, schema: group(about, keys, shape) };
}

type OutOf<Kinds extends readonly Kind[]> = Kinds[number] extends Kind<infer Out> ? Out : never;

/**
 * Returns the schema of a list of maps, each of one of the kinds. `expects` completes the sentence
 * "It must be a list: ...".
 */
export function listOfKinds<const Kinds extends readonly [Kind, ...Kind[]]>(expects: string, kinds: Kinds) {
  const types = kinds.map(({ type }) => type).join(', ');
  const item = z.custom<Tree>().transform((tree, context): OutOf<Kinds> => {
    const refuse = (path: string[], message: string) => {
      context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    };
    if (!isTreeMap(tree)) return refuse([], `It must be a map of keys, of which type is one of ${types}.`);
    const { type, ...keys } = tree;
    const known = kinds.find((candidate) => candidate.type === type);
    if (type === undefined) return refuse(['type'], `This key is missing. It must be one of ${types}.`);
    if (!known) return refuse(['type'], `${JSON.stringify(type)} is not one of ${types}.`);
    const result = known.schema.safeParse(keys);
    if (result.success) return result.data as OutOf<Kinds>;
    for (const { path, message, ...issue } of result.error.issues) {
      const shared = { path: [...path], message, input: keys };
      if (issue.code === 'unrecognized_keys') context.addIssue({ ...shared, code: issue.code, keys: [...issue.keys] });
      else context.addIssue({ ...shared, code: 'custom' });
    }
    return z.NEVER;
  });
  const schema = z.array(item, { error: `It must be a list: ${expects}.` });
  const notes = Object.fromEntries(kinds.map((each) => [each.type, noteOf(each)]));
  valueNotes.set(schema, {
    expects: `a list: ${expects}`,
    form: 'list',
    secret: false,
    readsFiles: false,
    kinds: notes,
  });
  return schema;
}

function noteOf({ type, schema }: Kind): GroupNote {
  const note = groupNotes.get(schema);
  if (!note) throw new Error(`${type} was not declared with kind()`);
  return note;
}
