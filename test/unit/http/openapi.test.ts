import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint, rawBytes } from '../../../src/http/endpoint.js';
import type { InputSource } from '../../../src/http/read-input.js';
import { reply } from '../../../src/http/reply.js';
import { openApiDocument } from '../../../src/http/openapi.js';
import { echoEndpoint, sayEndpoint } from '../../support/http-server.js';

const about = {
  title: 'Test',
  version: '1',
  description: 'Test',
  security: { name: 'secret', description: 'A secret' },
};

describe('an OpenAPI document', () => {
  it('describes an endpoint of several surfaces once, with the servers of all', () => {
    const shared = sayEndpoint();
    const { servers, paths } = openApiDocument({
      ...about,
      surfaces: [
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
    const { paths } = openApiDocument({ ...about, surfaces: [{ prefixes: ['/a'], endpoints: [echoEndpoint()] }] });
    expect((paths as Record<string, object>)['/echo']).toMatchObject({ post: { operationId: 'echo' } });
    expect(JSON.stringify(paths)).not.toContain('servers');
  });

  it('has what another server decides about as the default', () => {
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
    const { paths } = openApiDocument({ ...about, surfaces: [{ prefixes: ['/a'], endpoints: [relaying] }] });
    expect(paths).toMatchObject({ '/relaying': { get: { responses: { default: { description: 'Whatever' } } } } });
  });
});

describe('the input in an OpenAPI document', () => {
  const described = (bodyFrom: InputSource, method: 'GET' | 'POST') => {
    const texts = z.object({ a: z.string().meta({ description: 'A' }), b: z.string().optional() });
    const body = bodyFrom === 'bytes' ? rawBytes : texts;
    const { paths } = openApiDocument({
      ...about,
      surfaces: [{ prefixes: ['/test'], endpoints: [{ ...echoEndpoint(), method, bodyFrom, body }] }],
    });
    return (paths as Record<string, Record<string, object>>)['/echo']?.[method.toLowerCase()];
  };
  const asJson = { 'application/json': { schema: { type: 'object', required: ['a'] } } };

  it.each(['query', 'arguments'] as const)('of a GET stands in its query: %s', (source) => {
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
  ])('of a POST stands in its body: %s', (source, requestBody) => {
    expect(described(source, 'POST')).toMatchObject({ parameters: [], requestBody });
  });

  it('of a POST may stand in its query only', () => {
    expect(described('query', 'POST')).not.toHaveProperty('requestBody');
  });
});
