import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultHttpLimits, type HttpLimits } from '../../../src/http/server.js';
import { echoEndpoint, sayEndpoint, startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop(0);
});

const kibibyte = 1024;

async function serve(limits: Partial<HttpLimits>): Promise<void> {
  const open = { ...echoEndpoint(), access: 'public' } as const;
  const apis = [
    testApi([open, sayEndpoint()]),
    testApi([{ ...echoEndpoint(), bodySize: 'large' }], { prefixes: ['/large'] }),
  ];
  server = await startServer(apis, { limits: { ...defaultHttpLimits, ...limits }, trustedProxies: ['127.0.0.1'] });
}

interface Sender {
  readonly socket: Socket;
  /** The status of the answer. */
  readonly answered: Promise<number>;
}

/** Sends all of a body but its last byte, from a client of its own. */
async function sendHalf(client: number, bytes: number, path = '/test/echo'): Promise<Sender> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.${client}\r\nContent-Length: ${bytes}\r\n\r\n`;
  const answered = new Promise<number>((resolve) => {
    socket.once('data', (data: Buffer) => resolve(Number(data.toString().split(' ')[1])));
    socket.on('error', () => undefined);
  });
  await new Promise((resolve) => socket.write(`${head}${' '.repeat(bytes - 1)}`, resolve));
  return { socket, answered };
}

const post = (bytes: number, path = '/test/echo') => {
  const filler = ' '.repeat(bytes - '{"say":"x"}'.length);
  return sendRaw(server.port, { method: 'POST', path, body: `{"say":"x"}${filler}` });
};

describe('the memory of request bodies', () => {
  it('is limited over all connections, with an error of the API, and free again when they end', async () => {
    // 256 KiB in total, a half of it for requests without credentials: 8 bodies of 16 KiB.
    await serve({ bodyMemoryBytes: 256 * kibibyte, maxBodyBytes: 64 * kibibyte });
    const senders = await Promise.all(Array.from({ length: 12 }, (_, client) => sendHalf(client, 16 * kibibyte)));
    const refused: Sender[] = [];
    const statuses: number[] = [];
    await new Promise<void>((resolve) => {
      for (const sender of senders) {
        void sender.answered.then((status) => {
          refused.push(sender);
          if (statuses.push(status) === 4) resolve();
        });
      }
    });
    expect(statuses).toEqual([503, 503, 503, 503]);
    const reply = await post(16 * kibibyte);
    expect(reply).toMatchObject({ status: 503, text: expect.stringContaining('"server_busy"') as string });
    expect((await sendRaw(server.port, { method: 'GET', path: '/test/say/x' })).status).toBe(200);
    // Requests with credentials have their own part.
    expect((await post(16 * kibibyte, '/large/echo')).status).toBe(200);

    const waiting = senders.filter((sender) => !refused.includes(sender));
    const late = waiting.map(({ socket, answered }) => {
      socket.write(' ');
      return answered;
    });
    expect(await Promise.all(late)).toContain(400);
    for (const { socket } of senders) socket.destroy();
    expect((await post(16 * kibibyte)).status).toBe(200);
  });

  it('is released by a client that disconnects', async () => {
    await serve({ bodyMemoryBytes: 256 * kibibyte, maxBodyBytes: 64 * kibibyte });
    for (let client = 0; client < 20; client += 1) {
      const { socket } = await sendHalf(1, 60 * kibibyte);
      const count = server.log.lines.length;
      socket.destroy();
      while (server.log.lines.length === count) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await post(60 * kibibyte)).status).toBe(200);
    expect(server.log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('is released by a client that is too slow, which is cut off', async () => {
    await serve({ headersTimeoutMs: 50, requestTimeoutMs: 50 });
    const { socket, answered } = await sendHalf(1, kibibyte);
    expect(await answered).toBe(408);
    await once(socket, 'close');
    expect((await server.log.line('request')).fields).toMatchObject({ aborted: true });
  });
});

describe('the size of a body', () => {
  it.each<[string, number, number]>([
    ['/test/echo', 64 * kibibyte, 200],
    ['/test/echo', 64 * kibibyte + 1, 413],
    ['/large/echo', 64 * kibibyte + 1, 200],
    ['/large/echo', 1024 * kibibyte, 200],
    ['/large/echo', 1024 * kibibyte + 1, 413],
  ])('is 64 KiB unless more is declared: %s, %i', async (path, bytes, status) => {
    await serve({});
    expect((await post(bytes, path)).status).toBe(status);
  });

  it('is rejected before it is received, if it is known', async () => {
    await serve({});
    const socket = connect(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.write('POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1.1 413 /);
  });

  it('does not depend on the chunks', async () => {
    await serve({});
    const body = JSON.stringify({ say: 'ä'.repeat(300) });
    const socket = connect(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.write('POST /test/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const byte of Buffer.from(body)) socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]));
    socket.write('0\r\n\r\n');
    let text = '';
    socket.setEncoding('utf8').on('data', (data: string) => (text += data));
    await once(socket, 'close');
    expect(text).toContain(JSON.stringify({ said: 'ä'.repeat(300) }));
  });
});

describe('the number of connections', () => {
  it('is limited; idle connections make room', async () => {
    await serve({ maxConnections: 10 });
    const idle = Array.from({ length: 10 }, () => connect(server.port, '127.0.0.1'));
    sockets.push(...idle);
    for (const socket of idle) {
      socket.on('error', () => undefined);
      socket.write('GET /test/say/x HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
    }
    const late = connect(server.port, '127.0.0.1');
    sockets.push(late);
    late.on('error', () => undefined);
    await once(late, 'close');
    expect(await server.log.line('too many connections')).toMatchObject({
      level: 'warn',
      fields: { maxConnections: 10 },
    });
    expect((await sendRaw(server.port, { method: 'GET', path: '/test/say/x' })).status).toBe(200);
  });
});
