import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../../src/base/secret.js';
import { endpoint } from '../../../src/http/endpoint.js';
import { reply } from '../../../src/http/reply.js';
import type { Api } from '../../../src/http/api.js';
import { startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const answering = (name: string, path: string, method: 'GET' | 'POST' = 'GET') =>
  endpoint({
    name,
    method,
    path,
    params: Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, id]) => [id, { description: 'Any text.' }])),
    summary: name,
    access: 'public',
    replies: { 200: { description: 'Its name', schema: z.object({ name: z.string() }) } },
    errors: {},
    handler: () => Promise.resolve(reply(200, { name })),
  });

const named = (name: string, prefix: string, changes: Partial<Api> = {}) =>
  testApi([answering(name, '/{id}')], { name, prefixes: [prefix], ...changes });

describe('a path without parameters', () => {
  it.each<readonly [string, readonly Api[], string, string, number]>([
    ['is found beside others', [testApi([answering('a', '/a'), answering('b', '/b')])], '/test/b', 'b', 200],
    [
      'is a parameter if that was declared first',
      [testApi([answering('any', '/{id}'), answering('a', '/a')])],
      '/test/a',
      'any',
      200,
    ],
    [
      'is itself if that was declared first',
      [testApi([answering('a', '/a'), answering('any', '/{id}')])],
      '/test/a',
      'a',
      200,
    ],
    [
      'belongs to the API with the longest prefix',
      [testApi([answering('a', '/x/a')]), named('x', '/test/x')],
      '/test/x/a',
      'x',
      200,
    ],
    ['is compared exactly: case', [testApi([answering('a', '/a')])], '/test/A', 'nothing', 404],
    ['is compared exactly: escapes', [testApi([answering('a', '/a')])], '/test/%61', 'nothing', 404],
    ['is compared exactly: end', [testApi([answering('a', '/a')])], '/test/a/', 'nothing', 404],
    ['has a query', [testApi([answering('a', '/a')])], '/test/a?b=/test/c', 'a', 200],
    [
      'has more slashes, if these count as one',
      [testApi([answering('a', '/a')], { lenient: true })],
      '/test//a',
      'a',
      200,
    ],
    [
      'is not found without the secret',
      [testApi([answering('a', '/a')], { secretSegment: new Secret('s3') })],
      '/test/a',
      'nothing',
      404,
    ],
    [
      'is found with the secret',
      [testApi([answering('a', '/a')], { secretSegment: new Secret('s3') })],
      '/test/s3/a',
      'a',
      200,
    ],
  ])('%s', async (_, apis, path, name, status) => {
    server = await startServer(apis, { undeclaredReplies: 'strip' });
    const answer = await sendRaw(server.port, { method: 'GET', path });
    expect(answer.status).toBe(status);
    if (status === 200) expect(JSON.parse(answer.text)).toEqual({ name });
  });

  it.each([
    ['HEAD', 200],
    ['DELETE', 405],
  ])('answers %s with %i', async (method, status) => {
    server = await startServer([testApi([answering('a', '/a')])], { undeclaredReplies: 'strip' });
    expect((await sendRaw(server.port, { method, path: '/test/a' })).status).toBe(status);
  });
});
