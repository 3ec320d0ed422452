import { z } from 'zod';
import { isPage, type Endpoint, type PageShape, type ReplyShape } from './endpoint.js';
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
  /** Requests that the server sends, by name. */
  readonly webhooks?: Readonly<Record<string, WebhookSubject>> | undefined;
  /** The first gives the document its servers. An endpoint of several is described once. */
  readonly surfaces: readonly [SurfaceSubject, ...SurfaceSubject[]];
}

/** A request that the server sends. */
export interface WebhookSubject {
  readonly summary: string;
  readonly body: z.ZodType;
  /** Names of headers, each with its description. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What is described of a surface. */
export type SurfaceSubject = Pick<Surface, 'prefixes' | 'endpoints'>;

/** Describes endpoints by their own declarations: what is validated is what is documented. */
export function openApiDocument({
  title,
  version,
  description,
  security,
  webhooks,
  surfaces,
}: OpenApiSubject): OpenApiDocument {
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
    ...(webhooks === undefined ? {} : { webhooks: describeWebhooks(webhooks) }),
    components: {
      securitySchemes: { [security.name]: { type: 'http', scheme: 'bearer', description: security.description } },
    },
  };
}

function describeWebhooks(webhooks: Readonly<Record<string, WebhookSubject>>): Record<string, unknown> {
  const entries = Object.entries(webhooks).map(([name, { summary, body, headers }]) => [
    name,
    {
      post: {
        summary,
        parameters: Object.entries(headers).map(([header, text]) => ({
          name: header,
          in: 'header',
          required: true,
          description: text,
          schema: { type: 'string' },
        })),
        requestBody: { required: true, content: json(body) },
        responses: { '2XX': { description: 'Taken. Any other answer is tried again for a day.' } },
      },
    },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function servers(prefixes: readonly string[]): readonly unknown[] {
  return prefixes.map((url) => ({ url }));
}

function operation(endpoint: Endpoint, securityName: string): Record<string, unknown> {
  const { operationId, summary, description, access, replies, errors, otherErrors } = endpoint;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'public' ? [] : [{ [securityName]: [] }],
    parameters: parameters(endpoint),
    ...requestBody(endpoint),
    // Integer-like keys come in their order.
    responses: Object.fromEntries(
      Object.entries({ ...errors, ...replies, ...(otherErrors === undefined ? {} : { default: otherErrors }) }).map(
        ([status, shape]) => [status, response(shape)],
      ),
    ),
  };
}

function parameters({ method, params, query, body, bodyFrom }: Endpoint): readonly unknown[] {
  const isInputQuery = bodyFrom === 'query' || (bodyFrom === 'arguments' && method === 'GET');
  const { properties = {}, required = [] } = body !== undefined && isInputQuery ? jsonSchema(body) : {};
  const text = { type: 'string' };
  return [
    ...Object.entries(params).map(([name, { description, example }]) =>
      parameter({ name, in: 'path', required: true, description, schema: text, example }),
    ),
    ...Object.entries(query).map(([name, { description, example }]) =>
      parameter({ name, in: 'query', required: false, description, schema: text, example }),
    ),
    ...Object.entries(properties).map(([name, property]) => {
      const { description, ...schema } = typeof property === 'object' ? property : {};
      return parameter({ name, in: 'query', required: required.includes(name), description, schema });
    }),
  ];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string | undefined;
  readonly schema: object;
  readonly example?: string | undefined;
}

/** In the order of OpenAPI's own examples, and without what is not known. */
function parameter({ name, in: place, required, description, schema, example }: Parameter): Record<string, unknown> {
  return {
    name,
    in: place,
    required,
    ...(description === undefined ? {} : { description }),
    schema,
    ...(example === undefined ? {} : { example }),
  };
}

function requestBody({ method, body, bodyFrom }: Endpoint): Record<string, unknown> {
  if (body === undefined) return {};
  switch (bodyFrom) {
    case 'query':
      return {};
    case 'bytes':
      return { requestBody: { required: true, content: { 'application/octet-stream': {} } } };
    case 'json':
      return { requestBody: { required: true, content: json(body) } };
    case 'optional_json':
      return { requestBody: { required: false, content: json(body) } };
    case 'arguments': {
      if (method === 'GET') return {};
      const content = json(body);
      return {
        requestBody: {
          description: 'The same may stand in the query string, where the body is empty.',
          content: { ...content, 'application/x-www-form-urlencoded': content['application/json'] },
        },
      };
    }
  }
}

function response(shape: ReplyShape | PageShape): Record<string, unknown> {
  const { description, headers } = shape;
  return {
    description,
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
          ),
        }),
    content: isPage(shape) ? { 'text/html': { schema: { type: 'string' } } } : json(shape.schema),
  };
}

function json(schema: z.ZodType): Record<string, unknown> {
  return { 'application/json': { schema: jsonSchema(schema) } };
}

function jsonSchema(schema: z.ZodType) {
  // As `output`, zod would forbid properties that are not declared: clients must bear new ones.
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return rest;
}
