import { STATUS_CODES } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { codesOf, groupErrors } from './openapi-errors.js';
import { isPage, type EndpointContract, type PageShape, type ReplyShape } from './endpoint.js';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A parameter object. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: object;
  readonly example?: string;
}

interface Response {
  readonly description: string;
  readonly headers?: object;
  readonly content: object;
}

/** The named parts of an OpenAPI document. Adds a part when it is first referred to. */
export interface OpenApiComponents {
  /**
   * Returns a media type object whose schema is a reference. `name` is used unless the schema has a
   * title.
   */
  readonly json: (schema: z.ZodType, name: string) => Record<string, unknown>;
  /**
   * Returns a reference to the error response of that status, described by the operation's own
   * shape.
   */
  readonly error: (status: string, shape: ReplyShape) => Record<string, unknown>;
  /** Returns a reference to the page of that status, described by the operation's own shape. */
  readonly page: (status: string, shape: PageShape) => Record<string, unknown>;
  /**
   * Returns references to the parameters that several operations share, and the others unchanged.
   */
  readonly parameters: (parameters: readonly Parameter[]) => readonly unknown[];
  /** Returns `schemas`, `responses` and `parameters`, sorted by name. */
  readonly collect: () => Record<string, unknown>;
}

/**
 * Creates the components of a document that describes `endpoints`, and requests with
 * `otherParameters`. Errors that differ only in their words (errcodes, for instance) share one
 * schema, which permits all of these. Throws Error if two different schemas have one name.
 */
export function createOpenApiComponents(
  endpoints: readonly EndpointContract[],
  otherParameters: readonly Parameter[] = [],
): OpenApiComponents {
  const schemas = new Map<string, JsonSchema>();
  const responses = new Map<string, Response>();
  const parameters = new Map<string, Parameter>();
  const shared = sharedParameters([...endpoints.flatMap(parametersOf), ...otherParameters]);
  const errors = groupErrors(
    endpoints.flatMap(errorShapesOf).map(([status, { schema }]) => ({
      name: `${responseName(status)}Error`,
      schema: toJsonSchema(schema),
    })),
  );

  function refer(name: string, schema: JsonSchema): JsonSchema {
    const known = schemas.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) throw new Error(`two schemas are named ${name}`);
    schemas.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  // Several responses of one status are numbered. Operations repeat the description only if it
  // differs.
  function referToResponse(base: string, { description, ...rest }: Response): Record<string, unknown> {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? base : `${base}${number}`;
      const known = responses.get(name) ?? { description, ...rest };
      const { description: first, ...others } = known;
      if (!isDeepStrictEqual(others, rest)) continue;
      responses.set(name, known);
      return { $ref: `#/components/responses/${name}`, ...(first === description ? {} : { description }) };
    }
  }

  // Titled parts of a schema become components of their own.
  function extractTitled(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(extractTitled);
    if (typeof node !== 'object' || node === null) return node;
    const { title, ...rest } = Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        key === 'properties' ? extractEach(value) : extractTitled(value),
      ]),
    );
    return typeof title === 'string' ? refer(title, rest) : rest;
  }

  // A property may be named `title` itself.
  function extractEach(properties: unknown): unknown {
    if (typeof properties !== 'object' || properties === null) return properties;
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, extractTitled(schema)]));
  }

  return {
    json(schema, name) {
      const { title, ...described } = toJsonSchema(schema);
      const isEmpty = isDeepStrictEqual(described, { type: 'object', properties: {} });
      return {
        'application/json': {
          schema: extractTitled({ ...described, title: title ?? (isEmpty ? 'EmptyObject' : name) }),
        },
      };
    },

    error(status, { description, schema, headers }) {
      const described = toJsonSchema(schema);
      const group = errors.groupOf(described);
      if (group === undefined) throw new Error(`an error ${status} is none of the endpoints'`);
      const content = { 'application/json': { schema: extractTitled({ ...group.schema, title: group.name }) } };
      const codes = codesOf(described).map((code) => `\`${code}\``);
      return referToResponse(responseName(status), {
        description: codes.length === 0 ? description : `${description}: ${codes.join(', ')}`,
        ...describeHeaders(headers),
        content,
      });
    },

    page(status, { description, headers }) {
      const content = { 'text/html': { schema: { type: 'string' } } };
      return referToResponse(`${responseName(status)}Page`, { description, ...describeHeaders(headers), content });
    },

    parameters: (list) =>
      list.map((parameter) => {
        if (!shared.some((other) => isDeepStrictEqual(other, parameter))) return parameter;
        parameters.set(parameter.name, parameter);
        return { $ref: `#/components/parameters/${parameter.name}` };
      }),

    collect: () => ({
      schemas: sortByName(schemas),
      responses: sortByName(responses),
      parameters: sortByName(parameters),
    }),
  };
}

/**
 * Returns the JSON schema of what a client sends or receives. Integers have no limits unless they
 * were declared.
 */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    // As `output`, zod would forbid properties that are not declared: clients must accept new ones.
    io: 'input',
    target: 'draft-2020-12',
    override({ jsonSchema }) {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return rest;
}

/** Returns the parameters of the path and of the query, in the order of OpenAPI's own examples. */
export function parametersOf({ method, params, query, body, bodyFrom }: EndpointContract): Parameter[] {
  const isInputQuery = bodyFrom === 'query' || (bodyFrom === 'arguments' && method === 'GET');
  const { properties = {}, required = [] } = body !== undefined && isInputQuery ? toJsonSchema(body) : {};
  const schema = { type: 'string' };
  const declared = (
    where: 'path' | 'query',
    named: Readonly<Record<string, { readonly description: string; readonly example?: string }>>,
  ) =>
    Object.entries(named).map(([name, { description, example }]): Parameter => {
      const parameter = { name, in: where, required: where === 'path', description, schema };
      return example === undefined ? parameter : { ...parameter, example };
    });
  return [
    ...declared('path', params),
    ...declared('query', query),
    ...Object.entries(properties).map(([name, property]): Parameter => {
      const { description, ...rest } = typeof property === 'object' ? property : {};
      const described = description === undefined ? {} : { description };
      return { name, in: 'query', required: required.includes(name), ...described, schema: rest };
    }),
  ];
}

// Of the parameters of one name, the one that is used most often, if it is used more than once.
function sharedParameters(used: readonly Parameter[]): readonly Parameter[] {
  const usesOf = (parameter: Parameter) => used.filter((other) => isDeepStrictEqual(other, parameter)).length;
  const byName = new Map<string, Parameter>();
  for (const parameter of used.toSorted((left, right) => usesOf(right) - usesOf(left))) {
    if (!byName.has(parameter.name) && usesOf(parameter) > 1) byName.set(parameter.name, parameter);
  }
  return [...byName.values()];
}

/** Returns `headers` as members of a response object; nothing if there are none. */
export function describeHeaders(headers: Readonly<Record<string, string>> = {}): { readonly headers?: object } {
  const entries = Object.entries(headers);
  if (entries.length === 0) return {};
  return {
    headers: Object.fromEntries(
      entries.map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
    ),
  };
}

function responseName(status: string): string {
  return (STATUS_CODES[status] ?? 'Other Error').replaceAll(/[^A-Za-z]/g, '');
}

function errorShapesOf({ errors, otherErrors }: EndpointContract): [string, ReplyShape][] {
  const shapes: [string, ReplyShape | PageShape][] = Object.entries(errors);
  if (otherErrors !== undefined) shapes.push(['default', otherErrors]);
  return shapes.filter((entry): entry is [string, ReplyShape] => !isPage(entry[1]));
}

function sortByName<Value>(parts: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries([...parts].toSorted(([left], [right]) => left.localeCompare(right, 'en')));
}
