import type { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;
type JsonValue = NonNullable<JsonSchema['enum']>[number];

/** A schema of errors that differ only in their words: the values of `errcode`, for instance. */
export interface ErrorGroup {
  readonly name: string;
  readonly schema: JsonSchema;
}

/** The schema of an error, with a name in case that its group has no title. */
export interface DescribedError {
  readonly name: string;
  readonly schema: JsonSchema;
}

/** The groups of errors. */
export interface ErrorGroups {
  /** Returns the group of that schema, or undefined if it was not among the errors. */
  readonly groupOf: (schema: JsonSchema) => ErrorGroup | undefined;
}

/**
 * Groups errors that differ only in their words. The group with the most uses is named `Error`; the
 * others are named after their title, or after their first error.
 */
export function groupErrors(errors: readonly DescribedError[]): ErrorGroups {
  const groups = new Map<string, { readonly name: string; count: number; schema: JsonSchema }>();
  for (const { name, schema } of errors) {
    const key = errorKey(schema);
    const group = groups.get(key);
    groups.set(key, {
      name: group?.name ?? name,
      count: (group?.count ?? 0) + 1,
      schema: group === undefined ? schema : addWords(group.schema, schema),
    });
  }
  const byUse = [...groups].toSorted(([, left], [, right]) => right.count - left.count);
  const usesOfName = new Map<string, number>();
  const named = new Map(
    byUse.map(([key, { name, schema }], index): [string, ErrorGroup] => {
      const base = schema.title ?? (index === 0 ? 'Error' : name);
      const number = (usesOfName.get(base) ?? 0) + 1;
      usesOfName.set(base, number);
      return [key, { name: number === 1 ? base : `${base}${number}`, schema }];
    }),
  );
  return { groupOf: (schema) => named.get(errorKey(schema)) };
}

/** Returns the same text for schemas that differ in nothing but their words. */
function errorKey(schema: JsonSchema): string {
  return JSON.stringify(mapWords(schema, ({ enum: _enum, examples: _examples, ...rest }) => rest));
}

/** Adds the words of `other` to those of `schema`, which has the same key. */
function addWords(schema: JsonSchema, other: JsonSchema): JsonSchema {
  return mapWords(schema, (property, member, name) => {
    const values = [schema, other].flatMap((each) => valuesOf(membersOf(each)[member]?.properties?.[name]));
    return { ...property, [property.enum === undefined ? 'examples' : 'enum']: [...new Set(values)] };
  });
}

/**
 * Changes the properties that list words, of each object in `schema`: an object or a union of
 * objects. Titled objects stay as they are.
 */
function mapWords(
  schema: JsonSchema,
  change: (property: JsonSchema, member: number, name: string) => JsonSchema,
): JsonSchema {
  const members = membersOf(schema).map((member, index) => {
    if (member.title !== undefined) return member;
    const properties = Object.entries(member.properties ?? {}).map(([name, property]) => {
      const listsWords = typeof property === 'object' && (property.enum ?? property.examples) !== undefined;
      return [name, listsWords ? change(property, index, name) : property];
    });
    return { ...member, properties: Object.fromEntries(properties) as NonNullable<JsonSchema['properties']> };
  });
  const [only] = members;
  return schema.anyOf === undefined ? (only ?? schema) : { ...schema, anyOf: members };
}

function membersOf(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf?.filter((member) => typeof member === 'object') ?? [schema];
}

/** Returns the errcodes that the errors of this schema can have. */
export function codesOf(schema: JsonSchema): string[] {
  const codes = membersOf(schema).flatMap(({ properties }) => valuesOf(properties?.['errcode']));
  return [...new Set(codes.map(String))];
}

/** Returns the values that a schema names: all that it permits, or examples. */
function valuesOf(schema: boolean | JsonSchema | undefined): JsonValue[] {
  if (typeof schema !== 'object') return [];
  return schema.const === undefined ? [...(schema.enum ?? (schema.examples as JsonValue[]) ?? [])] : [schema.const];
}
