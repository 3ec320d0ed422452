import { afterEach, describe, expect, it } from 'vitest';
import { echoEndpoint, sayEndpoint, startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const send = (method: string, path: string) => sendRaw(server.port, { method, path });

describe('an API with several prefixes', () => {
  it('has the same endpoints below each, and the first in the log', async () => {
    server = await startServer([testApi([sayEndpoint()], { prefixes: ['/new', '/old', '/old/older'] })]);
    for (const prefix of ['/new', '/old', '/old/older']) {
      expect(await send('GET', `${prefix}/say/x`)).toMatchObject({ status: 200, text: '{"said":"x"}' });
    }
    const routes = server.log.lines.map(({ fields }) => fields['route']);
    expect(routes).toEqual(['/new/say/{word}', '/new/say/{word}', '/new/say/{word}']);
  });
});

describe('a lenient API', () => {
  const start = async () => {
    const strict = testApi([sayEndpoint((word) => `strict ${word}`)], { prefixes: ['/strict'] });
    const failing = sayEndpoint(() => Promise.reject(new Error('broken')));
    const lenient = testApi([echoEndpoint(), { ...failing, name: 'fail', path: '/fail/{word}' }, sayEndpoint()], {
      prefixes: ['/lenient'],
      crossOrigin: true,
      lenient: true,
    });
    server = await startServer([strict, lenient]);
  };

  it.each(['/lenient/say/x', '//lenient/say/x', '/lenient//say///x', '///lenient//say/x?a=//b'])(
    'reads several slashes as one: %s',
    async (path) => {
      await start();
      expect(await send('GET', path)).toMatchObject({ status: 200, text: '{"said":"x"}' });
    },
  );

  it.each(['//strict/say/x', '/strict//say/x'])('does not change the slashes of other APIs: %s', async (path) => {
    await start();
    expect((await send('GET', path)).status).toBe(404);
  });

  it.each([
    ['GET', '/lenient/say/x', 200],
    ['GET', '/lenient/fail/x', 500],
    ['GET', '/lenient/nothing', 404],
    ['GET', '/lenient/echo', 405],
    ['POST', '/lenient/echo', 400],
    ['OPTIONS', '/lenient/echo', 200],
    ['OPTIONS', '/lenient/nothing', 200],
  ])('allows pages of other sites to read every answer: %s %s', async (method, path, status) => {
    await start();
    const reply = await send(method, path);
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': expect.stringContaining('Authorization') as string,
      'access-control-expose-headers': 'Retry-After, X-Request-Id',
    });
  });

  it.each(['/strict/say/x', '/strict/nothing', '/nothing'])('does not open other APIs: %s', async (path) => {
    await start();
    for (const method of ['GET', 'OPTIONS']) {
      expect((await send(method, path)).headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});
