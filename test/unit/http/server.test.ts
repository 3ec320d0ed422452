import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Failure } from '../../../src/base/failure.js';
import { endpoint } from '../../../src/http/endpoint.js';
import { reply } from '../../../src/http/reply.js';
import { defaultHttpLimits, type HttpServerDeps } from '../../../src/http/server.js';
import type { Api } from '../../../src/http/api.js';
import { redact } from '../../../src/observability/redact.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { echoEndpoint, sayEndpoint, startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

async function serve(apis: readonly Api[], overrides: Partial<HttpServerDeps> = {}): Promise<void> {
  server = await startServer(apis, overrides);
}

const get = (path: string, headers = {}) => sendRaw(server.port, { method: 'GET', path, headers });

class Mishap extends Failure<{ readonly kind: 'mishap' }> {}

describe('an answer', () => {
  it('is JSON that must not be cached, with an ID that is in the log', async () => {
    await serve([testApi([sayEndpoint()])]);
    const { status, headers, text } = await get('/test/say/hello');
    expect(status).toBe(200);
    expect(text).toBe('{"said":"hello"}');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '16',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect((await server.log.line('request')).fields['requestId']).toBe(headers['x-request-id']);
  });

  it('has an ID of its own, never one from the request', async () => {
    await serve([testApi([sayEndpoint()])]);
    const replies = await Promise.all([1, 2, 3].map(() => get('/test/say/x', { 'x-request-id': 'mine' })));
    const ids = new Set(replies.map(({ headers }) => headers['x-request-id']));
    expect(ids.size).toBe(3);
    expect(ids).not.toContain('mine');
  });

  it.each(['/nothing', '/', '/tes', '/testing', '/%zz', '//', '/test/say/a/b'])(
    'to %s is 404 in JSON',
    async (path) => {
      await serve([testApi([sayEndpoint()])]);
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(text).toBe('{"error":"There is nothing at this URL.","errcode":"route_unknown"}');
    },
  );

  it('to a malformed parameter is 400', async () => {
    await serve([testApi([sayEndpoint()], { problem: ({ kind }) => reply(400, { kind }) })], {
      undeclaredReplies: 'strip',
    });
    expect((await get('/test/say/%zz')).text).toBe('{"kind":"path_malformed"}');
  });

  it('to a body of the wrong shape describes the problem', async () => {
    await serve([testApi([echoEndpoint()])]);
    const send = (body: string) => sendRaw(server.port, { method: 'POST', path: '/test/echo', body });
    expect((await send('{"say":"hi","more":1}')).text).toBe('{"said":"hi"}');
    expect(await send('{"say":1}')).toMatchObject({
      status: 400,
      text: expect.stringContaining('"body_unfit"') as string,
    });
    expect(await send('{"say":')).toMatchObject({
      status: 400,
      text: expect.stringContaining('"body_not_json"') as string,
    });
  });

  it('comes from the API with the longest matching prefix, including its problems', async () => {
    const inner = testApi([sayEndpoint((word) => `inner ${word}`)], {
      prefixes: ['/test/deep'],
      problem: ({ kind }) => reply(418, { inner: kind }),
    });
    await serve([testApi([sayEndpoint()]), inner]);
    expect((await get('/test/say/x')).text).toBe('{"said":"x"}');
    expect((await get('/test/deep/say/x')).text).toBe('{"said":"inner x"}');
    expect((await get('/test/deep/nothing')).text).toBe('{"inner":"route_unknown"}');
    expect((await get('/test/deeper')).text).toContain('"errcode":"route_unknown"');
  });
});

describe('a failure in an endpoint', () => {
  it('is answered by the API if it has an error for it', async () => {
    const failing = sayEndpoint(() => Promise.reject(new Mishap({ kind: 'mishap' })));
    await serve([testApi([failing], { failure: () => reply(409, { oops: true }) })], {
      undeclaredReplies: 'strip',
    });
    expect(await get('/test/say/x')).toMatchObject({ status: 409, text: '{"oops":true}' });
  });

  it.each([
    ['an error', () => Promise.reject(new Error('the secret is hunter2'))],
    ['a failure that the API has no reply for', () => Promise.reject(new Mishap({ kind: 'mishap' }))],
    ['something that is no error', () => Promise.reject('nothing')],
  ])('is a defect if it is %s: logged, and hidden from the client', async (_, say) => {
    await serve([testApi([sayEndpoint(say)])]);
    const { status, headers, text } = await get('/test/say/x');
    expect(status).toBe(500);
    expect(text).toBe('{"error":"Internal server error.","errcode":"defect"}');
    const line = await server.log.line('request failed');
    expect(line).toMatchObject({ level: 'error', fields: { requestId: headers['x-request-id'], endpoint: 'say' } });
    const printed = redact(line.fields['error']);
    if (line.fields['error'] instanceof Error) {
      expect(printed).toMatchObject({ stack: expect.stringContaining(' at ') });
    }
  });

  it('is 503 if it concerns every request, and logged once', async () => {
    const failing = sayEndpoint(() => Promise.reject(new Mishap({ kind: 'mishap' })));
    await serve([testApi([failing])], {
      undeclaredReplies: 'strip',
      isUnavailable: (failure) => failure instanceof Mishap,
    });
    const { status, text } = await get('/test/say/x');
    expect(status).toBe(503);
    expect(text).toBe(
      '{"error":"The service is unavailable at the moment. Please try again later.","errcode":"unavailable"}',
    );
    await server.log.line('request');
    const told = server.log.lines.filter(({ message }) => message === 'request failed');
    expect(told).toMatchObject([{ level: 'warn', fields: { error: { details: { kind: 'mishap' } } } }]);
  });

  it('is logged if it is answered as a server error', async () => {
    const failing = sayEndpoint(() =>
      Promise.reject(new Mishap({ kind: 'mishap' }, { cause: new Error('SOME_NEW_ERROR') })),
    );
    await serve([testApi([failing], { failure: () => reply(502, {}) })], { undeclaredReplies: 'strip' });
    expect((await get('/test/say/x')).status).toBe(502);
    const { level, fields } = await server.log.line('request failed');
    expect(level).toBe('warn');
    expect(fields['error']).toMatchObject({ cause: { message: 'SOME_NEW_ERROR' } });
    expect(JSON.stringify(redact(fields['error']))).not.toContain('"stack"');
  });

  it('is answered by its endpoint, or else by the API', async () => {
    const failing = sayEndpoint(() => Promise.reject(new Mishap({ kind: 'mishap' })));
    const apis = [
      testApi([{ ...failing, failure: () => reply(410, {}) }], { failure: () => reply(409, {}) }),
      testApi([{ ...failing, failure: () => undefined }], {
        prefixes: ['/other'],
        failure: () => reply(409, {}),
      }),
    ];
    await serve(apis, { undeclaredReplies: 'strip' });
    expect((await get('/test/say/x')).status).toBe(410);
    expect((await get('/other/say/x')).status).toBe(409);
  });

  it('is still answered in JSON if the API itself fails', async () => {
    const spoil = () => {
      throw new Error('cannot spell');
    };
    await serve([testApi([sayEndpoint(() => Promise.reject(new Error('first')))], { problem: spoil })]);
    const { status, headers, text } = await get('/test/say/x');
    expect(status).toBe(500);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(text).toBe('{"error":"Internal server error.","errcode":"defect"}');
    expect((await get('/test/nothing')).status).toBe(500);
  });
});

describe('a reply that is not declared', () => {
  const talkative = endpoint({
    name: 'talkative',
    method: 'GET',
    path: '/talkative',
    params: {},
    access: 'public',
    summary: 'Says too much',
    replies: { 200: { description: 'x', schema: z.object({ said: z.string() }) } },
    errors: {},
    handler: () => {
      const body = { said: 'x', secret: 'y' };
      return Promise.resolve(reply(200, body));
    },
  });

  it('is a defect in tests', async () => {
    await serve([testApi([talkative])]);
    expect((await get('/test/talkative')).status).toBe(500);
    expect((await server.log.line('request failed')).fields['error']).toMatchObject({
      message: expect.stringContaining('talkative does not declare a reply 200') as string,
    });
  });

  it('loses its undeclared parts in production', async () => {
    await serve([testApi([talkative])], { undeclaredReplies: 'strip' });
    expect((await get('/test/talkative')).text).toBe('{"said":"x"}');
  });

  it('is sent in production if it cannot be corrected, with a line in the log', async () => {
    const failing = sayEndpoint(() => Promise.reject(new Mishap({ kind: 'mishap' })));
    await serve([testApi([failing], { failure: () => reply(409, { oops: true }) })], {
      undeclaredReplies: 'strip',
    });
    expect((await get('/test/say/x')).text).toBe('{"oops":true}');
    expect(await server.log.line('reply schema mismatch')).toMatchObject({
      level: 'error',
      fields: { endpoint: 'say', status: 409 },
    });
  });
});

describe('the access log', () => {
  it('has one line per request: method, route, status, time, client, and no user input', async () => {
    const clock = createFakeClock();
    const slow = sayEndpoint(async (word) => {
      await clock.advance(250);
      return word;
    });
    await serve([testApi([slow])], { clock, trustedProxies: ['127.0.0.1'] });
    const headers = { authorization: 'Bearer hunter2', 'x-forwarded-for': '6.6.6.6, 198.51.100.1', cookie: 'hunter2' };
    const { headers: answered } = await get('/test/say/hunter2?q=hunter2', headers);
    const line = await server.log.line('request');
    expect(line).toEqual({
      level: 'info',
      message: 'request',
      fields: {
        requestId: answered['x-request-id'],
        method: 'GET',
        route: '/test/say/{word}',
        status: 200,
        durationMs: 250,
        clientAddress: '198.51.100.1',
      },
    });
    expect(inspect(server.log.lines, { depth: 9 })).not.toContain('hunter2');
  });

  it('has a line for a request without a route', async () => {
    await serve([testApi([sayEndpoint()])]);
    await get('/hunter2');
    expect((await server.log.line('request')).fields).toMatchObject({ route: undefined, status: 404 });
  });

  it('is quiet about APIs that are polled', async () => {
    await serve([testApi([sayEndpoint()], { accessLevel: 'debug' })]);
    await get('/test/say/x');
    expect((await server.log.line('request')).level).toBe('debug');
  });
});

describe('a client', () => {
  it('that disconnects in the middle of its body is logged, and affects no other client', async () => {
    await serve([testApi([echoEndpoint(), sayEndpoint()])]);
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"say":', () => socket.destroy());
    const { fields } = await server.log.line('request');
    expect(fields).toMatchObject({ route: '/test/echo', status: undefined, aborted: true });
    expect((await get('/test/say/x')).status).toBe(200);
    expect(server.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('that disconnects before it is answered is logged', async () => {
    let answer: () => void = () => undefined;
    let reached: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (reached = resolve));
    const slow = sayEndpoint(async (word) => {
      reached();
      await new Promise<void>((resolve) => (answer = resolve));
      return word;
    });
    await serve([testApi([slow])]);
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /test/say/x HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    // A client that only closes its own side is answered.
    socket.resetAndDestroy();
    expect((await server.log.line('request')).fields).toMatchObject({ status: undefined, aborted: true });
    answer();
  });

  it('can use its connection again after a body that was too large', async () => {
    await serve([testApi([echoEndpoint()])], { limits: { ...defaultHttpLimits, maxBodyBytes: 100 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (body: string) =>
      new Promise<{ status: number | undefined; port: number | undefined }>((resolve, reject) => {
        const outgoing = httpRequest({ agent, port: server.port, method: 'POST', path: '/test/echo' }, (incoming) => {
          incoming.resume().on('end', () => resolve({ status: incoming.statusCode, port: outgoing.socket?.localPort }));
        });
        outgoing.on('error', reject).end(body);
      });
    const small = await post('{"say":"x"}');
    // Chunked, so that the size is not known in advance.
    const large = await post(' '.repeat(200_000));
    const after = await post('{"say":"x"}');
    agent.destroy();
    expect([small.status, large.status, after.status]).toEqual([200, 413, 200]);
    expect(after.port).toBe(small.port);
  });

  it.each([
    ['is not HTTP', 'hello\r\n\r\n', 400, 'request_malformed'],
    ['has no Host', 'GET /test/say/x HTTP/1.1\r\n\r\n', 400, 'request_malformed'],
    ['wants a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 400, 'request_malformed'],
    ['has no target', 'GET http:// HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400, 'request_malformed'],
    ['has endless headers', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('that sends a request that %s is answered in JSON', async (_, text, status, errcode) => {
    await serve([]);
    expect(await exchange(text)).toEqual({ status, errcode });
  });

  it('that is too slow to send its headers is answered in JSON and disconnected', async () => {
    await serve([], { limits: { ...defaultHttpLimits, headersTimeoutMs: 50, requestTimeoutMs: 50 } });
    expect(await exchange('GET / HTTP/1.1\r\nHost:')).toEqual({ status: 408, errcode: 'request_timeout' });
  });

  it('with HTTP/1.0 needs no Host', async () => {
    await serve([]);
    expect(await exchange('GET / HTTP/1.0\r\n\r\n')).toEqual({ status: 404, errcode: 'route_unknown' });
  });

  it('may send any Expect header', async () => {
    await serve([testApi([sayEndpoint()])]);
    expect((await get('/test/say/x', { expect: 'the-unexpected' })).status).toBe(200);
  });
});

async function exchange(text: string): Promise<{ status: number; errcode: unknown }> {
  const socket = connect(server.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  expect(head).toContain('Content-Type: application/json; charset=utf-8');
  const status = Number(head.split(' ')[1]);
  // An invalid request has no API, so it may come from any page.
  if (status !== 404) expect(head).toContain('Access-Control-Allow-Origin: *');
  return { status, errcode: (JSON.parse(body) as { errcode?: unknown }).errcode };
}

describe('an API', () => {
  it('checks the authentication before it reads the body, and not for public endpoints', async () => {
    const locked = testApi([echoEndpoint(), { ...sayEndpoint(), access: 'public' }], {
      authenticate: ({ authorization }) =>
        Promise.resolve(
          authorization === 'yes'
            ? { principal: { kind: 'service' } }
            : { problem: { kind: 'too_many_attempts', retryAfterMs: 1500 } },
        ),
    });
    await serve([locked]);
    const post = (headers: Record<string, string>) =>
      sendRaw(server.port, { method: 'POST', path: '/test/echo', headers, body: '{' });
    const refused = await post({});
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('2');
    expect((await post({ authorization: 'yes' })).status).toBe(400);
    expect((await get('/test/say/x')).status).toBe(200);
  });
});
