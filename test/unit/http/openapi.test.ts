import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint, rawBytes, type Endpoint, type ReplyShape } from '../../../src/http/endpoint.js';
import type { InputSource } from '../../../src/http/read-input.js';
import { reply } from '../../../src/http/reply.js';
import { openApiDocument } from '../../../src/http/openapi.js';
import { echoEndpoint, sayEndpoint } from '../../support/http-server.js';

const about = {
  title: 'Test',
  version: '1',
  description: 'Test',
  security: { name: 'secret', description: 'A secret' },
  tags: [{ name: 'All', description: 'All operations', paths: /^/ }],
};

describe('an OpenAPI document', () => {
  it('describes an endpoint of several APIs once, with the servers of all', () => {
    const shared = sayEndpoint();
    const { servers, paths } = openApiDocument({
      ...about,
      apis: [
        { prefixes: ['/a', '/b'], endpoints: [shared] },
        { prefixes: ['/c'], endpoints: [echoEndpoint(), shared] },
      ],
    });
    expect(servers).toEqual([{ url: '/a' }, { url: '/b' }]);
    expect(paths).toMatchObject({
      '/say/{word}': { get: { servers: [{ url: '/a' }, { url: '/b' }, { url: '/c' }] } },
      '/echo': { post: { servers: [{ url: '/c' }] } },
    });
  });

  it('does not repeat the servers of the document', () => {
    const { paths } = openApiDocument({ ...about, apis: [{ prefixes: ['/a'], endpoints: [echoEndpoint()] }] });
    expect((paths as Record<string, object>)['/echo']).toMatchObject({ post: { operationId: 'echo' } });
    expect(JSON.stringify(paths)).not.toContain('servers');
  });

  it('describes an answer that another server decides as the default', () => {
    const relaying = endpoint({
      name: 'relaying',
      method: 'GET',
      path: '/relaying',
      params: {},
      access: 'public',
      summary: 'Relay',
      replies: { 200: { description: 'Done', schema: z.object({}) } },
      errors: {},
      otherErrors: { description: 'Whatever', schema: z.looseObject({ error: z.string() }) },
      handler: () => Promise.resolve(reply(200, {})),
    });
    const { paths } = openApiDocument({ ...about, apis: [{ prefixes: ['/a'], endpoints: [relaying] }] });
    expect(paths).toMatchObject({
      '/relaying': { get: { responses: { default: { $ref: '#/components/responses/OtherError' } } } },
    });
  });
});

describe('the input in an OpenAPI document', () => {
  const described = (bodyFrom: InputSource, method: 'GET' | 'POST') => {
    const texts = z.object({ a: z.string().meta({ description: 'A' }), b: z.string().optional() });
    const body = bodyFrom === 'bytes' ? rawBytes : texts;
    const { paths } = openApiDocument({
      ...about,
      apis: [{ prefixes: ['/test'], endpoints: [{ ...echoEndpoint(), method, bodyFrom, body }] }],
    });
    return (paths as Record<string, Record<string, object>>)['/echo']?.[method.toLowerCase()];
  };
  const asJson = { 'application/json': { schema: { $ref: '#/components/schemas/EchoRequest' } } };

  it.each(['query', 'arguments'] as const)('of a GET is in its query: %s', (source) => {
    expect(described(source, 'GET')).toMatchObject({
      parameters: [
        { name: 'a', in: 'query', required: true, description: 'A', schema: { type: 'string' } },
        { name: 'b', in: 'query', required: false, schema: { type: 'string' } },
      ],
    });
    expect(described(source, 'GET')).not.toHaveProperty('requestBody');
  });

  it.each<[InputSource, object]>([
    ['json', { required: true, content: asJson }],
    ['arguments', { content: { ...asJson, 'application/x-www-form-urlencoded': asJson['application/json'] } }],
    ['bytes', { required: true, content: { 'application/octet-stream': {} } }],
  ])('of a POST is in its body: %s', (source, requestBody) => {
    expect(described(source, 'POST')).toMatchObject({ parameters: [], requestBody });
  });

  it('of a POST may be in its query only', () => {
    expect(described('query', 'POST')).not.toHaveProperty('requestBody');
  });
});

describe('the components of an OpenAPI document', () => {
  const person = z.object({ name: z.string() }).meta({ title: 'Person' });
  const failing = (...words: string[]) => z.object({ errcode: z.enum(words), error: z.string() });
  const operation = (name: string, errors: Record<number, ReplyShape>, schema: z.ZodType = person) =>
    endpoint({
      name,
      method: 'GET',
      path: `/${name}`,
      params: {},
      query: { limit: { description: 'How many.' } },
      access: 'authenticated',
      summary: 'Find',
      replies: { 200: { description: 'Found', schema } },
      errors,
      handler: () => Promise.resolve(reply(200, { name: 'x' })),
    });
  const describeEndpoints = (...endpoints: Endpoint[]) =>
    openApiDocument({ ...about, apis: [{ prefixes: ['/test'], endpoints }] });
  const gone = (schema: z.ZodType, description = 'Gone') => ({ 410: { description, schema } });

  it('are the titled parts of schemas, once each', () => {
    const { paths, components } = describeEndpoints(
      operation('one', {}),
      operation('all', {}, z.object({ users: z.array(person) })),
    );
    const { schemas } = components as { schemas: object };
    expect(schemas).toEqual({
      AllReply: {
        type: 'object',
        properties: { users: { type: 'array', items: { $ref: '#/components/schemas/Person' } } },
        required: ['users'],
      },
      Person: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    });
    expect(JSON.stringify(paths)).toContain('"schema":{"$ref":"#/components/schemas/Person"}');
  });

  it('are not properties that are named title', () => {
    const chat = z.object({ title: z.string() });
    const { schemas } = describeEndpoints(operation('chat', {}, chat)).components as { schemas: object };
    expect(schemas).toMatchObject({ ChatReply: { properties: { title: { type: 'string' } } } });
  });

  it('must not be two schemas with one title', () => {
    const other = z.object({ names: z.string() }).meta({ title: 'Person' });
    expect(() => describeEndpoints(operation('one', {}), operation('two', {}, other))).toThrow('named Person');
  });

  it('are errors that differ in their text only, which each operation lists', () => {
    const { paths, components } = describeEndpoints(
      operation('one', gone(failing('M_GONE', 'M_OVER'))),
      operation('two', gone(failing('M_OVER', 'M_LEFT'), 'Left')),
    );
    const $ref = '#/components/responses/Gone';
    expect(paths).toMatchObject({
      '/one': { get: { responses: { 410: { $ref } } } },
      '/two': { get: { responses: { 410: { $ref, description: 'Left: `M_OVER`, `M_LEFT`' } } } },
    });
    expect(components).toMatchObject({
      responses: {
        Gone: {
          description: 'Gone: `M_GONE`, `M_OVER`',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      schemas: { Error: { properties: { errcode: { enum: ['M_GONE', 'M_OVER', 'M_LEFT'] } } } },
    });
  });

  it('are separate errors with other properties, under numbered names', () => {
    const { paths, components } = describeEndpoints(
      operation('one', gone(failing('M_GONE'))),
      operation('two', gone(failing('M_GONE').extend({ since: z.int() }))),
    );
    expect(paths).toMatchObject({
      '/one': { get: { responses: { 410: { $ref: '#/components/responses/Gone' } } } },
      '/two': { get: { responses: { 410: { $ref: '#/components/responses/Gone2' } } } },
    });
    expect(components).toMatchObject({ schemas: { Error: {}, GoneError: { properties: { since: {} } } } });
  });

  it('are parameters that several operations share', () => {
    const { paths, components } = describeEndpoints(operation('one', {}), operation('two', {}));
    const shared = [{ $ref: '#/components/parameters/limit' }];
    expect(paths).toMatchObject({ '/one': { get: { parameters: shared } }, '/two': { get: { parameters: shared } } });
    expect(components).toMatchObject({ parameters: { limit: { name: 'limit', in: 'query', required: false } } });
  });

  it('are the most frequent parameters of their names', () => {
    const { paths, components } = describeEndpoints(operation('one', {}), operation('two', {}), {
      ...operation('other', {}),
      query: { limit: { description: 'Another limit.' } },
    });
    expect(paths).toMatchObject({
      '/two': { get: { parameters: [{ $ref: '#/components/parameters/limit' }] } },
      '/other': { get: { parameters: [{ name: 'limit', description: 'Another limit.' }] } },
    });
    expect(components).toMatchObject({ parameters: { limit: { name: 'limit' } } });
  });

  it('are the headers that several webhooks have alike', () => {
    const webhook = { summary: 'Sent', body: person, headers: { Signature: 'A signature.' } };
    const document = openApiDocument({
      ...about,
      webhooks: { 'person.added': webhook, 'person.gone': webhook },
      apis: [{ prefixes: ['/test'], endpoints: [] }],
    });
    const post = { parameters: [{ $ref: '#/components/parameters/Signature' }] };
    expect(document['webhooks']).toMatchObject({ 'person.added': { post }, 'person.gone': { post } });
    expect(document['components']).toMatchObject({ parameters: { Signature: { in: 'header', required: true } } });
  });

  it('limit integers only as declared', () => {
    const { components } = describeEndpoints(operation('one', {}, z.object({ count: z.int(), age: z.int().min(0) })));
    const { schemas } = components as { schemas: object };
    expect(schemas).toMatchObject({ OneReply: { properties: { count: { type: 'integer' }, age: { minimum: 0 } } } });
    expect(JSON.stringify(schemas)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });
});

describe('the operations of an OpenAPI document', () => {
  const tags = [
    { name: 'Words', description: 'Words.', paths: /^\/say/ },
    { name: 'Rest', description: 'The rest.', paths: /^\/echo/ },
  ];

  it('have the first tag that matches their path', () => {
    const apis = [{ prefixes: ['/a'], endpoints: [sayEndpoint(), echoEndpoint()] }] as const;
    const document = openApiDocument({ ...about, tags, apis });
    expect(document['tags']).toEqual(tags.map(({ name, description }) => ({ name, description })));
    expect(document['paths']).toMatchObject({
      '/say/{word}': { get: { tags: ['Words'] } },
      '/echo': { post: { tags: ['Rest'] } },
    });
  });

  it('must have a tag', () => {
    const apis = [{ prefixes: ['/a'], endpoints: [echoEndpoint()] }] as const;
    expect(() => openApiDocument({ ...about, tags: tags.slice(0, 1), apis })).toThrow('/echo');
  });
});
