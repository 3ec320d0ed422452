import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { echoEndpoint, sayEndpoint, startServer, testApi, type TestServer } from '../../support/http-server.js';

let server: TestServer;

afterEach(() => server.stop(0));

/**
 * Sends texts one after another on one connection, closes its own side, and returns all answers.
 */
async function converse(...texts: readonly string[]): Promise<string> {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  socket.setEncoding('utf8').on('data', (data: string) => (received += data));
  for (const text of texts) socket.write(text);
  socket.end();
  await once(socket, 'end');
  socket.destroy();
  return received;
}

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

async function serve(): Promise<void> {
  const slow = sayEndpoint(async (word) => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return word;
  });
  server = await startServer([testApi([slow, echoEndpoint()])]);
}

describe('the target of a request', () => {
  it.each<[string, number, string]>([
    ['/test/say/x', 200, '"said":"x"'],
    ['http://example.org/test/say/x', 200, '"said":"x"'],
    ['HTTPS://user@[::1]:8448/test/say/x?a=b', 200, '"said":"x"'],
    ['http://example.org', 404, 'route_unknown'],
    ['http://example.org?a=b', 404, 'route_unknown'],
    ['*', 404, 'route_unknown'],
    ['//test/say/x', 404, 'route_unknown'],
    ['http://[::1', 400, 'request_malformed'],
    ['http://[::1/test/say/x', 400, 'request_malformed'],
    ['http://', 400, 'request_malformed'],
    ['http://a b/', 400, 'request_malformed'],
    ['http://%/test/say/x', 400, 'request_malformed'],
    ['http://example.org:99999/test/say/x', 400, 'request_malformed'],
    ['ftp://example.org/test/say/x', 400, 'request_malformed'],
    ['mailto:x', 400, 'request_malformed'],
  ])('%s is answered with %i', async (target, status, text) => {
    await serve();
    const answer = await converse(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(statuses(answer)).toEqual([status]);
    expect(answer).toContain(text);
    expect(server.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('the Host header', () => {
  it.each<[string, string, number]>([
    ['once', 'Host: x', 200],
    ['twice', 'Host: x\r\nHost: y', 400],
    ['twice the same, in another case', 'Host: x\r\nhOST: x', 400],
    ['not at all', 'Accept: x', 400],
    ['empty', 'Host:', 200],
    ['with an invalid host', 'Host: [::1', 200],
  ])('may be present once: %s', async (_title, header, status) => {
    await serve();
    expect(statuses(await converse(`GET /test/say/x HTTP/1.1\r\n${header}\r\n\r\n`))).toEqual([status]);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';
    expect(statuses(await converse(`GET /test/say/x HTTP/1.1\r\n${header}\r\n${upgrade}\r\n`))).toEqual([status]);
  });
});

describe('a client that closes its side after its request', () => {
  it.each([
    ['GET /test/say/x HTTP/1.1\r\nHost: x\r\n\r\n', [200]],
    ['POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{"say":"x"}', [200]],
    ['GET /test/say/x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3), [200, 200, 200]],
    ['POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"say":"x"}', [400]],
  ])('gets its answer: %j', async (text, expected) => {
    await serve();
    expect(statuses(await converse(text))).toEqual(expected);
  });
});

describe('a request for another protocol', () => {
  const plain = 'GET /test/say/first HTTP/1.1\r\nHost: x\r\n\r\n';
  const upgrade = 'GET /test/say/second HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

  it.each<[string, readonly string[], number]>([
    ['behind another request', [plain + upgrade], 2],
    ['behind two', [plain, plain + upgrade], 3],
    ['between others', [plain + upgrade + plain], 3],
    ['behind another of its kind', [upgrade + upgrade], 2],
  ])('is answered in its turn: %s', async (_title, texts, count) => {
    await serve();
    const answer = await converse(...texts);
    expect(statuses(answer)).toEqual(Array(count).fill(200));
    const words = [...answer.matchAll(/"said":"(\w+)"/g)].map(([, word]) => word);
    const sent = [...texts.join('').matchAll(/\/say\/(\w+)/g)].map(([, word]) => word);
    expect(words).toEqual(sent);
  });
});
