import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { sayEndpoint, startServer, testApi } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

/** A server whose one endpoint answers on command. */
async function startSlowServer() {
  const clock = createFakeClock();
  let finish: () => void = () => undefined;
  let reached: () => void = () => undefined;
  const underWay = new Promise<void>((resolve) => (reached = resolve));
  const slow = sayEndpoint(async (word) => {
    if (word !== 'slow') return word;
    reached();
    await new Promise<void>((resolve) => (finish = resolve));
    return 'at last';
  });
  const server = await startServer([testApi([slow])], { clock });
  const get = (word: string) => sendRaw(server.port, { method: 'GET', path: `/test/say/${word}` });
  return { server, clock, underWay, finish: () => finish(), get };
}

describe('a stopping server', () => {
  it('answers pending requests, and accepts no new connections meanwhile', async () => {
    const { server, underWay, finish, get } = await startSlowServer();
    const slow = get('slow');
    await underWay;
    const stopped = server.stop(1000);
    await expect(get('late')).rejects.toThrow('ECONNREFUSED');
    finish();
    expect((await slow).text).toBe('{"said":"at last"}');
    await stopped;
    expect(server.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('disconnects pending requests at the deadline', async () => {
    const { server, clock, underWay, get } = await startSlowServer();
    const slow = get('slow');
    const outcome = slow.then(
      () => 'answered',
      () => 'cut off',
    );
    await underWay;
    const stopped = server.stop(1000);
    await clock.advance(1000);
    await stopped;
    expect(await outcome).toBe('cut off');
    expect(await server.log.line('requests cut off at shutdown')).toMatchObject({ fields: { requests: 1 } });
  });

  it('aborts pending requests at the deadline, and still answers them', async () => {
    const { server, clock, underWay, finish, get } = await startSlowServer();
    const slow = get('slow');
    await underWay;
    const stopped = server.stop(1000, () => Promise.resolve(finish()));
    await clock.advance(1000);
    expect((await slow).text).toBe('{"said":"at last"}');
    await stopped;
    expect(server.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('disconnects requests that do not abort', async () => {
    const { server, clock, underWay, get } = await startSlowServer();
    const slow = get('slow').catch(() => 'cut off');
    await underWay;
    const stopped = server.stop(1000, () => Promise.resolve());
    await clock.advance(1000);
    await clock.advance(2000);
    await stopped;
    expect(await slow).toBe('cut off');
  });

  it('closes connections that are idle, or that have not sent anything', async () => {
    const { server } = await startSlowServer();
    const agent = new Agent({ keepAlive: true });
    const used = request({ agent, port: server.port, path: '/test/say/x' }).end();
    const [incoming] = (await once(used, 'response')) as [NodeJS.ReadableStream];
    incoming.resume();
    await once(incoming, 'end');
    const silent = connect(server.port, '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    await server.stop(60_000);
    silent.destroy();
    await closed;
    agent.destroy();
  });

  it.each([
    ['wants a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n'],
    ['does not speak HTTP', 'hello\r\n\r\n'],
  ])('does not wait for a client that %s and never disconnects', async (_, text) => {
    const { server, clock } = await startSlowServer();
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.resume().write(text);
    await once(socket, 'end');
    const stopped = server.stop(60_000);
    await clock.advance(1_000);
    await stopped;
    socket.destroy();
  });

  it('announces the close on an existing connection', async () => {
    const { server, underWay, finish, get } = await startSlowServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const [incoming] = (await once(request({ agent, port: server.port, path: '/test/say/x' }).end(), 'response')) as [
        NodeJS.ReadableStream & { headers: Record<string, string> },
      ];
      incoming.resume();
      await once(incoming, 'end');
      return incoming.headers['connection'];
    };
    const slow = get('slow');
    await underWay;
    expect(await ask()).toBe('keep-alive');
    const pipelined = connect(server.port, '127.0.0.1');
    await once(pipelined, 'connect');
    // Half a request, so that the connection is not idle when the server begins to stop.
    pipelined.write('GET /test/say/y HTTP/1.1\r\nHost: x\r\n');
    await get('z');
    const stopped = server.stop(60_000);
    let received = '';
    pipelined.on('data', (chunk: Buffer) => (received += chunk.toString()));
    pipelined.write('\r\n');
    await once(pipelined, 'close');
    expect(received).toContain('Connection: close');
    expect(received).toContain('{"said":"y"}');
    finish();
    await slow;
    await stopped;
    agent.destroy();
  });

  it('may be stopped twice, and before it has started', async () => {
    const { server } = await startSlowServer();
    await Promise.all([server.stop(0), server.stop(0)]);
    await server.stop(0);
  });
});

describe('a starting server', () => {
  it('reports the address on which it cannot listen', async () => {
    const { server } = await startSlowServer();
    await expect(startServer([], { port: server.port })).rejects.toThrow('EADDRINUSE');
    await server.stop(0);
  });
});
