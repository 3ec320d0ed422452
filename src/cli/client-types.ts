/** A schema of OpenAPI 3.1, as it is in the files of docs/openapi. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema | boolean;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

/** Returns the schema as a type of TypeScript. Named schemas are types of the same file. */
export function typeOf(schema: Schema | boolean | undefined): string {
  if (schema === undefined || schema === true) return 'unknown';
  if (schema === false) return 'never';
  if (schema.$ref !== undefined) return typeName(schema.$ref.replace(/^.*\//, ''));
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return union(choices.map((each) => typeOf(each)));
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type: string) => typeOf({ ...schema, type })));
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayType(schema);
    case 'object':
      return objectType(schema);
    default:
      return 'unknown';
  }
}

/** Returns the name of a schema as the name of a type. */
export const typeName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_');

/** Returns a property of an object type, with its description. */
export function property(name: string, type: string, isRequired: boolean, description?: string): string {
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return `${docComment(description)}readonly ${key}${isRequired ? '' : '?'}: ${type};`;
}

/** Returns a comment on a line of its own; empty if there is no text. */
export function docComment(text: string | undefined): string {
  return text ? `/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ')} */\n` : '';
}

function arrayType({ items, prefixItems }: Schema): string {
  if (!prefixItems) return `readonly (${typeOf(items)})[]`;
  const rest = items === false ? [] : [`...(${typeOf(items)})[]`];
  return `readonly [${[...prefixItems.map((each) => typeOf(each)), ...rest].join(', ')}]`;
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  if (!properties && additionalProperties === undefined) return 'Readonly<Record<string, unknown>>';
  const named = Object.entries(properties ?? {}).map(([name, schema]) =>
    property(name, typeOf(schema), required.includes(name), schema.description),
  );
  if (additionalProperties === undefined || additionalProperties === false) {
    return named.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${named.join('\n')}\n}`;
  }
  // The other members must not exclude the types of the named ones.
  const others = named.length > 0 || additionalProperties === true ? 'unknown' : typeOf(additionalProperties);
  return `{\n${[...named, `readonly [name: string]: ${others};`].join('\n')}\n}`;
}

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ') || 'never';
