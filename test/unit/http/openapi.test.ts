import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../../../src/http/endpoint.js';
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
