import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { BridgeFailureDetails } from '../../src/bridge/failure.js';
import { anotherTurn } from '../support/another-turn.js';
import { bridgeAt, bridgeFailureOf, mxidOf } from '../support/bridge-calls.js';
import { homeCertificate } from '../support/certificates.js';
import { createFakeClock } from '../support/fake-clock.js';

const alice = mxidOf('@alice:example.test');
const whoami = JSON.stringify({ bridge_bot: '@bot:example.test', command_prefix: '!tg', logins: [] });
const sharedSecret = 'the-secret-of-a-bridge';
const answer: RequestListener = (request, response) => void request.resume().on('end', () => response.end(whoami));

const servers: (TcpServer | Server)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Starts the server on loopback, and returns its port. */
async function listen(server: TcpServer | Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

it('consecutive requests use one connection', async () => {
  const server = createServer(answer);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const bridge = bridgeAt({ url: `http://127.0.0.1:${await listen(server)}`, sharedSecret });
  for (let turn = 0; turn < 3; turn += 1) expect((await bridge.findUser(alice)).logins).toEqual([]);
  expect(connections).toBe(1);
});

it('a connection that the bridge has closed is replaced', async () => {
  const server = createServer(answer);
  const bridge = bridgeAt({ url: `http://127.0.0.1:${await listen(server)}`, sharedSecret });
  const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
  await bridge.findUser(alice);
  server.closeAllConnections();
  await closed;
  // The client needs a few turns to close its end.
  for (let turn = 0; turn < 5; turn += 1) await anotherTurn();
  expect((await bridge.findUser(alice)).logins).toEqual([]);
});

it('an https address requires a certificate that is trusted', async () => {
  let requests = 0;
  const server = createTlsServer(homeCertificate, (_request, response) => {
    requests += 1;
    response.end(whoami);
  });
  const bridge = bridgeAt({ url: `https://127.0.0.1:${await listen(server)}`, sharedSecret });
  expect(await bridgeFailureOf(bridge.findUser(alice))).toEqual({ kind: 'bridge_unreachable' });
  expect(requests).toBe(0);
});

/** Returns the failure of a call to a server that sends this text and closes the connection. */
async function failureOfAnswer(text: string): Promise<BridgeFailureDetails> {
  const server = createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(text)));
  const bridge = bridgeAt({ url: `http://127.0.0.1:${await listen(server)}`, sharedSecret });
  return bridgeFailureOf(bridge.findUser(alice));
}

it.each([
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n'],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['endless headers', `HTTP/1.1 200 OK\r\nFiller: ${'x'.repeat(100_000)}\r\n\r\n`],
])('an answer in %s is invalid', async (_what, text) => {
  expect(await failureOfAnswer(text)).toEqual({ kind: 'bridge_answer_invalid' });
});

it('a response in another protocol closes the connection that the server leaves open', async () => {
  const server = createTcpServer();
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const closed = connected.then(([socket]) => once(socket, 'close'));
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n'),
    );
  });
  const bridge = bridgeAt({ url: `http://127.0.0.1:${await listen(server)}`, sharedSecret });
  expect(await bridgeFailureOf(bridge.findUser(alice))).toEqual({ kind: 'bridge_answer_invalid' });
  await closed;
});

it.each([
  ['in its head', 'HTTP/1.1 200 OK\r\nContent-'],
  ['in its body', `HTTP/1.1 200 OK\r\nContent-Length: ${whoami.length + 1}\r\n\r\n${whoami}`],
  ['in a chunk', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n${whoami}`],
])('a response that ends %s is incomplete', async (_what, text) => {
  expect(await failureOfAnswer(text)).toEqual({ kind: 'bridge_unreachable' });
});

it('an endless body is aborted at the time limit', async () => {
  const server = createServer((_request, response) => response.write('{'));
  const clock = createFakeClock();
  const bridge = bridgeAt({ url: `http://127.0.0.1:${await listen(server)}`, sharedSecret }, clock);
  const received = once(server, 'request');
  const failure = bridgeFailureOf(bridge.findUser(alice));
  await received;
  await clock.advance(10_000);
  expect(await failure).toEqual({ kind: 'bridge_unreachable' });
});
