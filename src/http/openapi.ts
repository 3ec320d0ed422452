import type { z } from 'zod';
import { isPage, type EndpointContract, type ReplyShape } from './endpoint.js';
import {
  createOpenApiComponents,
  describeHeaders,
  parametersOf,
  type OpenApiComponents,
  type Parameter,
} from './openapi-components.js';
import type { Api } from './api.js';

/** An OpenAPI 3.1 document, as plain JSON. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/** What openApiDocument describes. */
export interface OpenApiSubject {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** The one security scheme, a bearer secret, of all endpoints that are not public. */
  readonly security: { readonly name: string; readonly description: string };
  /** The groups of the operations. Every operation must be in one: the first that has its path. */
  readonly tags: readonly Tag[];
  /** Requests that the server sends, by name. */
  readonly webhooks?: Readonly<Record<string, WebhookSubject>> | undefined;
  /** The document has the servers of the first. An endpoint of several is described once. */
  readonly apis: readonly [ApiSubject, ...ApiSubject[]];
}

/** A group of operations. */
export interface Tag {
  readonly name: string;
  readonly description: string;
  /** Below the prefixes of the APIs. */
  readonly paths: RegExp;
}

/** A request that the server sends. */
export interface WebhookSubject {
  readonly summary: string;
  readonly body: z.ZodType;
  /** Names of headers, each with its description. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The parts of an API that its OpenAPI file describes. */
export type ApiSubject = Pick<Api, 'prefixes'> & { readonly endpoints: readonly EndpointContract[] };

/**
 * Describes endpoints by their own declarations: what is validated is what is documented. Throws
 * Error if an operation has no tag.
 */
export function openApiDocument({
  title,
  version,
  description,
  security,
  tags,
  webhooks,
  apis,
}: OpenApiSubject): OpenApiDocument {
  const [{ prefixes: usual }] = apis;
  const described = new Map<string, { readonly endpoint: EndpointContract; readonly prefixes: readonly string[] }>();
  for (const { prefixes, endpoints } of apis) {
    for (const endpoint of endpoints) {
      const key = `${endpoint.method} ${endpoint.path}`;
      described.set(key, { endpoint, prefixes: [...(described.get(key)?.prefixes ?? []), ...prefixes] });
    }
  }
  const components = createOpenApiComponents(
    [...described.values()].map(({ endpoint }) => endpoint),
    Object.values(webhooks ?? {}).flatMap(({ headers }) => headerParameters(headers)),
  );
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { endpoint, prefixes } of described.values()) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = {
      ...(prefixes.join() === usual.join() ? {} : { servers: servers(prefixes) }),
      tags: [tagOf(endpoint, tags)],
      ...operation(endpoint, components),
    };
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    servers: servers(usual),
    security: [{ [security.name]: [] }],
    tags: tags.map(({ name, description: text }) => ({ name, description: text })),
    paths,
    ...(webhooks === undefined ? {} : { webhooks: describeWebhooks(webhooks, components) }),
    components: {
      ...components.collect(),
      securitySchemes: { [security.name]: { type: 'http', scheme: 'bearer', description: security.description } },
    },
  };
}

function tagOf({ path }: EndpointContract, tags: readonly Tag[]): string {
  const tag = tags.find(({ paths }) => paths.test(path));
  if (tag === undefined) throw new Error(`the operations of ${path} have no tag`);
  return tag.name;
}

function describeWebhooks(
  webhooks: Readonly<Record<string, WebhookSubject>>,
  components: OpenApiComponents,
): Record<string, unknown> {
  const entries = Object.entries(webhooks).map(([name, { summary, body, headers }]) => [
    name,
    {
      post: {
        summary,
        parameters: components.parameters(headerParameters(headers)),
        requestBody: { required: true, content: components.json(body, `${pascalCase(name)}Event`) },
        responses: {
          '2XX': { description: 'Accepted. After any other status, the event is sent again, for at most a day.' },
        },
      },
    },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function headerParameters(headers: WebhookSubject['headers']): Parameter[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  }));
}

function servers(prefixes: readonly string[]): readonly unknown[] {
  return prefixes.map((url) => ({ url }));
}

function operation(endpoint: EndpointContract, components: OpenApiComponents): Record<string, unknown> {
  const { operationId, summary, description, access } = endpoint;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access === 'public' ? { security: [] } : {}),
    parameters: components.parameters(parametersOf(endpoint)),
    ...requestBody(endpoint, components),
    responses: responses(endpoint, components),
  };
}

function responses(endpoint: EndpointContract, components: OpenApiComponents): Record<string, unknown> {
  const { operationId, replies, errors, otherErrors } = endpoint;
  const prefix = pascalCase(operationId);
  const isOnly = Object.keys(replies).length === 1;
  const described = {
    ...mapValues(errors, (shape, status) =>
      isPage(shape) ? components.page(status, shape) : components.error(status, shape),
    ),
    ...mapValues(replies, (shape, status) =>
      isPage(shape)
        ? components.page(status, shape)
        : reply(shape, components.json(shape.schema, `${prefix}Reply${isOnly ? '' : status}`)),
    ),
  };
  // Integer-like keys come in their order.
  return otherErrors === undefined ? described : { ...described, default: components.error('default', otherErrors) };
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

/** Returns the name of a schema for an operation or an event. */
function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|[^A-Za-z0-9])([A-Za-z0-9])/g, (_match, first: string) => first.toUpperCase());
}

function requestBody(
  { operationId, method, body, bodyFrom }: EndpointContract,
  components: OpenApiComponents,
): Record<string, unknown> {
  if (body === undefined) return {};
  const json = () => components.json(body, `${pascalCase(operationId)}Request`);
  switch (bodyFrom) {
    case 'query':
      return {};
    case 'bytes':
      return { requestBody: { required: true, content: { 'application/octet-stream': {} } } };
    case 'form':
      return {
        requestBody: {
          required: true,
          content: { 'application/x-www-form-urlencoded': json()['application/json'] },
        },
      };
    case 'json':
      return { requestBody: { required: true, content: json() } };
    case 'optional_json':
      return { requestBody: { required: false, content: json() } };
    case 'arguments': {
      if (method === 'GET') return {};
      const content = json();
      return {
        requestBody: {
          description: 'If the body is empty, the members can be in the query string.',
          content: { ...content, 'application/x-www-form-urlencoded': content['application/json'] },
        },
      };
    }
  }
}

function reply({ description, headers }: ReplyShape, content: Record<string, unknown>): Record<string, unknown> {
  return { description, ...describeHeaders(headers), content };
}
