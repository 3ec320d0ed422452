import { z } from 'zod';
import type { Endpoint, QueryParameter, ReplyShape } from './endpoint.js';
import type { Surface } from './surface.js';

/** An OpenAPI 3.1 document, as plain JSON. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/** What openApiDocument describes. */
export interface OpenApiSubject {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** The one security scheme, a bearer secret, of all endpoints that are not public. */
  readonly security: { readonly name: string; readonly description: string };
  /** The first gives the document its servers. An endpoint of several is described once. */
  readonly surfaces: readonly [SurfaceSubject, ...SurfaceSubject[]];
}

/** What is described of a surface. */
export type SurfaceSubject = Pick<Surface, 'prefixes' | 'endpoints'>;

/** Describes endpoints by their own declarations: what is validated is what is documented. */
export function openApiDocument({ title, version, description, security, surfaces }: OpenApiSubject): OpenApiDocument {
  const [{ prefixes: usual }] = surfaces;
  const described = new Map<string, { readonly endpoint: Endpoint; readonly prefixes: readonly string[] }>();
  for (const { prefixes, endpoints } of surfaces) {
    for (const endpoint of endpoints) {
      const key = `${endpoint.method} ${endpoint.path}`;
      described.set(key, { endpoint, prefixes: [...(described.get(key)?.prefixes ?? []), ...prefixes] });
    }
  }
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { endpoint, prefixes } of described.values()) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = {
      ...(prefixes.join() === usual.join() ? {} : { servers: servers(prefixes) }),
      ...operation(endpoint, security.name),
    };
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    servers: servers(usual),
    paths,
    components: {
      securitySchemes: { [security.name]: { type: 'http', scheme: 'bearer', description: security.description } },
    },
  };
}

function servers(prefixes: readonly string[]): readonly unknown[] {
  return prefixes.map((url) => ({ url }));
}

function operation(endpoint: Endpoint, securityName: string): Record<string, unknown> {
  const { operationId, summary, description, params, query, body, access, replies, errors, otherErrors } = endpoint;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'public' ? [] : [{ [securityName]: [] }],
    parameters: [...parameters('path', params), ...parameters('query', query)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    // Integer-like keys come in their order.
    responses: Object.fromEntries(
      Object.entries({ ...errors, ...replies, ...(otherErrors === undefined ? {} : { default: otherErrors }) }).map(
        ([status, shape]) => [status, response(shape)],
      ),
    ),
  };
}

function parameters(
  place: 'path' | 'query',
  declared: Readonly<Record<string, QueryParameter>>,
): readonly Record<string, unknown>[] {
  return Object.entries(declared).map(([name, { description, example }]) => ({
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    description,
    schema: { type: 'string' },
    ...(example === undefined ? {} : { example }),
  }));
}

function response({ description, schema, headers }: ReplyShape): Record<string, unknown> {
  return {
    description,
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
          ),
        }),
    content: json(schema),
  };
}

function json(schema: z.ZodType): Record<string, unknown> {
  // As `output`, zod would forbid properties that are not declared: clients must bear new ones.
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { 'application/json': { schema: rest } };
}
