import { z } from 'zod';
import type { Endpoint, ReplyShape } from './endpoint.js';

/** An OpenAPI 3.1 document, as plain JSON. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/** What openApiDocument describes. */
export interface OpenApiSubject {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly prefix: string;
  /** The one security scheme, a bearer secret, of all endpoints that are not public. */
  readonly security: { readonly name: string; readonly description: string };
  readonly endpoints: readonly Endpoint[];
}

/** Describes endpoints by their own declarations: what is validated is what is documented. */
export function openApiDocument({
  title,
  version,
  description,
  prefix,
  security,
  endpoints,
}: OpenApiSubject): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint, security.name);
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    servers: [{ url: prefix }],
    paths,
    components: {
      securitySchemes: { [security.name]: { type: 'http', scheme: 'bearer', description: security.description } },
    },
  };
}

function operation(endpoint: Endpoint, securityName: string): Record<string, unknown> {
  const { operationId, summary, description, params, body, access, replies, errors } = endpoint;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'public' ? [] : [{ [securityName]: [] }],
    parameters: Object.entries(params).map(([parameter, { description: text, example }]) => ({
      name: parameter,
      in: 'path',
      required: true,
      description: text,
      schema: { type: 'string' },
      ...(example === undefined ? {} : { example }),
    })),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    // Integer-like keys come in their order.
    responses: Object.fromEntries(
      Object.entries({ ...errors, ...replies }).map(([status, shape]) => [status, response(shape)]),
    ),
  };
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
