import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { createBearerAuth } from '../../../src/http/bearer-auth.js';
import { endpoint } from '../../../src/http/endpoint.js';
import { HttpFailure } from '../../../src/http/problem.js';
import { defaultHttpLimits } from '../../../src/http/server.js';
import { defaultSocketLimits, type SocketLimits } from '../../../src/http/web-sockets.js';
import type { Conversation } from '../../../src/http/socket-endpoint.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { echoEndpoint, sayEndpoint, startServer, testApi, type TestServer } from '../../support/http-server.js';
import { mustOpen, openSocket } from '../../support/message-socket.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const secret = 'a shared secret';
const authorization = `Bearer ${secret}`;
const protocol = 'test.chat';

const started: TestServer[] = [];

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});

/** GET /chat/{room} as a WebSocket; `talk` handles it once `opening` has settled. */
async function start(
  talk: Conversation,
  limits: Partial<SocketLimits> = {},
  opening: Promise<void> = Promise.resolve(),
  findTokenHolder?: Parameters<typeof createBearerAuth>[0]['findTokenHolder'],
) {
  const clock = createFakeClock();
  const plain = endpoint({
    name: 'chat',
    method: 'GET',
    path: '/chat/{room}',
    params: { room: { description: 'Which' } },
    access: 'authenticated',
    summary: 'Chat',
    replies: {},
    errors: Object.fromEntries(
      [401, 426, 429, 503].map((status) => [
        status,
        { description: 'Error', schema: z.object({ error: z.string(), errcode: z.string() }) },
      ]),
    ),
    async handler() {
      throw new HttpFailure({ kind: 'upgrade_required' });
    },
  });
  const asked: unknown[] = [];
  const api = testApi([plain, sayEndpoint(), echoEndpoint()], {
    authenticate: createBearerAuth({
      secrets: [new Secret(secret)],
      findTokenHolder,
      logger: createRecordingLogger(),
      failuresAllowed: 100,
      windowMs: 1000,
    }),
    sockets: [
      {
        endpoint: plain,
        protocol,
        authorizationOf: (offered) => {
          const found = offered.find((one) => one.startsWith('secret-'))?.slice('secret-'.length);
          return found && `Bearer ${found.replaceAll('_', ' ')}`;
        },
        open: async ({ params, principal }) => {
          asked.push(params, principal);
          await opening;
          return talk;
        },
      },
    ],
  });
  const server = await startServer([api], {
    clock,
    limits: { ...defaultHttpLimits, sockets: { ...defaultSocketLimits, ...limits } },
  });
  started.push(server);
  const open = (options: Parameters<typeof openSocket>[2] = { headers: { authorization } }, path = '/test/chat/tea') =>
    openSocket(server.port, path, options);
  return { server, clock, open, asked };
}

const untilClosed: Conversation = ({ closed }) =>
  new Promise((resolve) => {
    if (closed.aborted) resolve();
    closed.addEventListener('abort', () => resolve());
  });

describe('a WebSocket', () => {
  it('opens with the secret, sends its messages, and closes', async () => {
    const { open, asked, server } = await start((socket) => {
      socket.send({ hello: 'you' });
      return Promise.resolve();
    });
    const socket = await mustOpen(open());
    expect(await socket.next()).toEqual({ hello: 'you' });
    expect(await socket.closed).toBe(1000);
    expect(asked).toEqual([{ room: 'tea' }, { kind: 'service' }]);
    expect((await server.log.line('request')).fields).toMatchObject({
      method: 'GET',
      route: '/test/chat/{room}',
      status: 101,
    });
  });

  it('accepts the secret among the subprotocols, and selects its own only', async () => {
    const { open, server } = await start((socket) => Promise.resolve(socket.send({})));
    const socket = await mustOpen(open({ protocols: [`secret-${secret.replaceAll(' ', '_')}`, protocol] }));
    expect(socket.protocol).toBe(protocol);
    await socket.closed;
    await server.log.line('request');
    expect(JSON.stringify(server.log.lines)).not.toContain(secret.replaceAll(' ', '_'));
  });

  it.each([{}, { protocols: [protocol, 'secret-wrong'] }, { headers: { authorization: 'Bearer wrong' } }])(
    'is answered with 401 in JSON if the secret is wrong: %j',
    async (options) => {
      const { open } = await start(untilClosed);
      expect(await open(options)).toMatchObject({
        status: 401,
        text: '{"error":"The secret is missing or wrong.","errcode":"unauthorized"}',
        headers: { 'content-type': 'application/json; charset=utf-8', 'www-authenticate': 'Bearer' },
      });
    },
  );

  it('is answered as a request if there is no such endpoint', async () => {
    const { open } = await start(untilClosed);
    expect(await open(undefined, '/test/nowhere')).toMatchObject({ status: 404 });
    expect(await open({ headers: { authorization } }, '/test/say/hello')).toMatchObject({
      status: 200,
      text: '{"said":"hello"}',
    });
  });

  it('is 426 without an Upgrade header', async () => {
    const { server } = await start(untilClosed);
    const reply = await fetch(`http://127.0.0.1:${server.port}/test/chat/tea`, { headers: { authorization } });
    expect(reply.status).toBe(426);
    expect(reply.headers.get('upgrade')).toBe('websocket');
  });

  it('is limited in number', async () => {
    const { open } = await start(untilClosed, { maxOpen: 1 });
    const first = await mustOpen(open());
    expect(await open()).toMatchObject({ status: 503 });
    first.close();
    await first.closed;
    await expect.poll(async () => 'socket' in (await open())).toBe(true);
  });

  it('of callers who are not authenticated yet does not count', async () => {
    const never = () => new Promise<never>(() => undefined);
    const { open, clock } = await start(untilClosed, { maxOpen: 1, maxArriving: 3 }, undefined, never);
    const guessing = ['a', 'b'].map((token) => open({ headers: { authorization: `Bearer ${token}` } }));
    (await mustOpen(open())).close();
    const answers = Promise.all(guessing);
    const state = { isOver: false };
    void answers.then(() => (state.isOver = true));
    await expect
      .poll(async () => {
        await clock.advance(5_000);
        return state.isOver;
      })
      .toBe(true);
    expect(await answers).toMatchObject([{ status: 503 }, { status: 503 }]);
  });

  it('is limited in number for each user', async () => {
    const holderOf = async (token: Secret) =>
      ({ kind: 'user', mxid: `@${token.reveal()}:example.test` as Mxid }) as const;
    const { open } = await start(untilClosed, { maxOpenPerUser: 1 }, undefined, holderOf);
    const as = (user: string) => open({ headers: { authorization: `Bearer ${user}` } });
    await mustOpen(as('alice'));
    expect(await as('alice')).toMatchObject({ status: 503 });
    await mustOpen(as('bob'));
  });

  it('notifies its handler when the client has disconnected', async () => {
    let hasGone = false;
    const { open } = await start(async (socket) => {
      await untilClosed(socket);
      hasGone = true;
      socket.send({ unheard: true });
    });
    (await mustOpen(open())).terminate();
    await expect.poll(() => hasGone).toBe(true);
  });

  it.each(['end', 'resetAndDestroy'] as const)(
    'notifies its handler when the client has disconnected before it opened: %s',
    async (leave) => {
      let open = () => {};
      const opening = new Promise<void>((resolve) => (open = resolve));
      const told: boolean[] = [];
      const talk: Conversation = ({ closed }) => Promise.resolve(void told.push(closed.aborted));
      const { server, asked, open: upgrade } = await start(talk, {}, opening);
      const client = connect(server.port, '127.0.0.1');
      client.write(
        `GET /test/chat/tea HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: ${authorization}\r\n\r\n`,
      );
      await expect.poll(() => asked.length).toBe(2);
      client[leave]();
      // The server has noticed it when other requests have been answered.
      for (let n = 0; n < 3; n += 1) await upgrade(undefined, '/test/nowhere');
      open();
      await expect.poll(() => told).toEqual([true]);
      expect((await server.log.line('request')).fields).toHaveProperty('durationMs');
      await server.stop(60_000);
      client.destroy();
    },
  );

  it('is closed after a defect, which is logged', async () => {
    const { open, server } = await start(() => Promise.reject(new Error('broken')));
    expect(await (await mustOpen(open())).closed).toBe(1011);
    expect(await server.log.line('websocket conversation failed')).toMatchObject({ level: 'error' });
  });

  it('is closed when the client sends too much, or too large a message', async () => {
    const { open } = await start(untilClosed, { maxMessages: 2, maxMessageBytes: 10 });
    const chatty = await mustOpen(open());
    for (const word of ['one', 'two', 'three']) chatty.send(word);
    expect(await chatty.closed).toBe(1008);
    const wordy = await mustOpen(open());
    wordy.send('more than ten bytes');
    expect(await wordy.closed).toBe(1009);
  });

  it('is closed after its longest time', async () => {
    const { open, clock } = await start(untilClosed, { lifetimeMs: 5_000, pingEveryMs: 60_000 });
    const socket = await mustOpen(open());
    await clock.advance(5_000);
    expect(await socket.closed).toBe(1008);
  });

  it('stays open as long as the client answers pings', async () => {
    const { open, clock } = await start(untilClosed, { pingEveryMs: 1_000, lifetimeMs: 60_000 });
    const socket = await mustOpen(open());
    let isClosed = false;
    void socket.closed.then(() => (isClosed = true));
    for (let n = 0; n < 3; n += 1) {
      await clock.advance(1_000);
      // The client answers automatically; its answer has arrived when another WebSocket has opened
      // and closed.
      const other = await mustOpen(open());
      other.close();
      await other.closed;
    }
    expect(isClosed).toBe(false);
  });

  it('is disconnected when the client does not answer pings', async () => {
    let hasGone = false;
    const { server, clock } = await start(
      async (socket) => {
        await untilClosed(socket);
        hasGone = true;
      },
      { pingEveryMs: 1_000 },
    );
    const silent = connect(server.port, '127.0.0.1');
    const opened = new Promise((resolve) => silent.once('data', resolve));
    silent.write(
      `GET /test/chat/tea HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await opened;
    await clock.advance(1_000);
    await clock.advance(1_000);
    await expect.poll(() => hasGone).toBe(true);
    silent.destroy();
  });

  it('is closed when the server stops', async () => {
    const { open, server } = await start(untilClosed);
    const socket = await mustOpen(open());
    const stopped = server.stop(1_000);
    expect(await socket.closed).toBe(1001);
    await stopped;
  });

  it('does not delay the stop of the server when the client does not answer', async () => {
    const { server, clock } = await start(untilClosed);
    const silent = connect(server.port, '127.0.0.1');
    const opened = new Promise((resolve) => silent.once('data', resolve));
    silent.write(
      `GET /test/chat/tea HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await opened;
    const stopped = server.stop(60_000);
    await clock.advance(2_000);
    await stopped;
    silent.destroy();
  });
});

describe('a request that offers another protocol', () => {
  it('is served without it, including its body and the next request', async () => {
    const { server } = await start(untilClosed);
    const text = await new Promise<string>((resolve, reject) => {
      const client = connect(server.port, '127.0.0.1');
      let received = '';
      client.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (received.includes('goodbye')) client.end();
      });
      client.on('close', () => resolve(received));
      client.on('error', reject);
      // As Java's HttpClient and curl --http2 do.
      const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';
      const body = '{"say":"hello"}';
      client.write(
        `POST /test/echo HTTP/1.1\r\nHost: x\r\n${offer}Authorization: ${authorization}\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      client.write(`GET /test/say/goodbye HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
    });
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(text).toContain('{"said":"hello"}');
    expect(text).toContain('{"said":"goodbye"}');
  });
});
