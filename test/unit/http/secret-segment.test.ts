import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Failure } from '../../../src/base/failure.js';
import { Secret } from '../../../src/base/secret.js';
import { endpoint } from '../../../src/http/endpoint.js';
import { type Api, defineApi } from '../../../src/http/api.js';
import { echoEndpoint, sayEndpoint, startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const send = (path: string, method = 'GET') => sendRaw(server.port, { method, path });

describe('an API behind a secret segment', () => {
  const start = (overrides: Partial<Api> = {}) => {
    const secretApi = {
      prefixes: ['/secret', '/gate'] as const,
      secretSegment: new Secret('open-sesame'),
      ...overrides,
    };
    return startServer([testApi([sayEndpoint()], secretApi)]);
  };

  it.each(['/secret/open-sesame/say/x', '/gate/open-sesame/say/x'])('answers with the secret: %s', async (path) => {
    server = await start();
    expect(await send(path)).toMatchObject({ status: 200, text: '{"said":"x"}' });
  });

  it.each([
    '/secret',
    '/secret/',
    '/secret/say/x',
    '/secret/open-sesam/say/x',
    '/secret/open-sesame2/say/x',
    '/secret/%6fpen-sesame/say/x',
    '/secret//open-sesame/say/x',
    '/open-sesame/say/x',
  ])('does not answer without the secret: %s', async (path) => {
    server = await start();
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const { status, text } = await send(path, method);
      expect({ status, text }).toEqual({ status: 404, text: (await send('/nothing', method)).text });
    }
  });

  it('answers as any other API if the secret is right', async () => {
    server = await start({ crossOrigin: true, lenient: true });
    expect((await send('/secret/open-sesame/say/x', 'POST')).status).toBe(405);
    expect((await send('/secret/open-sesame/nothing')).headers).toMatchObject({ 'access-control-allow-origin': '*' });
    expect((await send('//secret//open-sesame//say//x')).status).toBe(200);
    expect((await send('/secret/nothing')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('does not hide other APIs below its prefix', async () => {
    const outer = testApi([sayEndpoint((word) => `outer ${word}`)], { prefixes: ['/secret'] });
    const inner = testApi([echoEndpoint()], { prefixes: ['/secret'], secretSegment: new Secret('open-sesame') });
    server = await startServer([inner, outer]);
    expect(await send('/secret/say/x')).toMatchObject({ status: 200, text: '{"said":"outer x"}' });
    expect((await send('/secret/open-sesame/echo', 'POST')).status).toBe(400);
  });

  it('keeps the secret out of the log', async () => {
    server = await start();
    await send('/secret/open-sesame/say/x');
    await send('/secret/open-sesame/nothing');
    expect(JSON.stringify(server.log.lines)).not.toContain('sesame');
    expect(server.log.lines.map(({ fields }) => fields['route'])).toEqual(['/secret/say/{word}', undefined]);
  });

  it.each(['', 'two/segments', 'a b', 'ä', '%61'])('rejects a secret that is no segment: %j', async (text) => {
    server = await start();
    const declaration = testApi([sayEndpoint()]);
    expect(() => defineApi({ ...declaration, secretSegment: new Secret(text) })).toThrow(
      'test: its secret must be letters, digits, dots, dashes, underscores and tildes',
    );
  });
});

describe('a check that refuses every request', () => {
  const refusal = { kind: 'refused' } as const;
  class Refusal extends Failure<typeof refusal> {}
  const refusing = endpoint({
    name: 'strict',
    method: 'POST',
    path: '/strict',
    params: {},
    access: 'authenticated',
    summary: 'Refuses',
    body: z.object({ needed: z.string() }),
    replies: { 200: { description: 'Never', schema: z.object({}) } },
    errors: {
      400: { description: 'No JSON', schema: z.looseObject({}) },
      403: { description: 'Refused', schema: z.object({ error: z.string() }) },
    },
    admit() {
      throw new Refusal(refusal);
    },
    handler: () => {
      throw new Error('no lookup is allowed');
    },
  });

  it('runs before the body is read', async () => {
    const failure = () => ({ status: 403, body: { error: 'never' } });
    server = await startServer([testApi([refusing], { failure })]);
    const post = (body: string) => sendRaw(server.port, { method: 'POST', path: '/test/strict', body });
    expect(await post('{}')).toMatchObject({ status: 403, text: '{"error":"never"}' });
    expect(await post('{"needed":"x"}')).toMatchObject({ status: 403 });
    expect(await post('{')).toMatchObject({ status: 403 });
    expect(await post('x'.repeat(1024 * 1024))).toMatchObject({ status: 403 });
  });
});

describe('a refusal of an IP address', () => {
  it('comes before all other checks', async () => {
    const asked: string[] = [];
    const echo = echoEndpoint();
    server = await startServer([
      testApi(
        [
          {
            ...echo,
            errors: { ...echo.errors, 403: echo.errors[400] ?? { description: 'Page', page: true } },
            objection(clientAddress) {
              asked.push(clientAddress);
              return { kind: 'address_refused' };
            },
          },
        ],
        { authenticate: () => Promise.reject(new Error('no lookup is allowed')) },
      ),
    ]);
    expect(await sendRaw(server.port, { method: 'POST', path: '/test/echo', body: '{' })).toMatchObject({
      status: 403,
      text: '{"error":"Requests from your IP address are not allowed.","errcode":"address_refused"}',
    });
    expect(asked).toEqual(['127.0.0.1']);
  });

  it('is absent without a check', async () => {
    server = await startServer([testApi([{ ...sayEndpoint(), objection: () => undefined }])]);
    expect((await send('/test/say/x')).status).toBe(200);
  });
});
