import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ChannelError } from '../../../src/delivery/channel.js';
import { DeliveryFailure } from '../../../src/delivery/failure.js';
import { post } from '../../../src/delivery/post.js';
import { startHttpListener } from '../../support/http-listener.js';
import { startThirdPartyServer } from '../../support/third-party-server.js';

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).reverse()) await undo();
});

/** What an admin learns about a failed request, and whether the message may have been delivered. */
async function troubleAt(url: string) {
  const { signal } = new AbortController();
  const failure: unknown = await post({ url, headers: {}, body: 'code', signal, handOver: () => undefined }).then(
    () => expect.fail('there was an answer'),
    (reason: unknown) => reason,
  );
  if (!(failure instanceof DeliveryFailure) || !(failure.cause instanceof ChannelError)) throw failure;
  const { problem, detail } = failure.cause;
  return { problem, detail, mayHaveSent: failure.mayHaveSent };
}

/** The port of a server that does this with every connection. */
async function startTcpServer(treat: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const noConnection = 'no_connection';

describe('a message to a provider is not delivered', () => {
  it('if no server listens', async () => {
    const gone = await startHttpListener(() => undefined);
    await gone.stop();
    expect(await troubleAt(gone.url)).toEqual({
      problem: noConnection,
      detail: 'ECONNREFUSED',
      mayHaveSent: false,
    });
  });

  it('if the host does not exist', async () => {
    const trouble = await troubleAt('http://provider.invalid/');
    expect(trouble).toMatchObject({ problem: noConnection, mayHaveSent: false });
    expect(trouble.detail).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });

  it('if the certificate authority is unknown', async () => {
    const server = await startThirdPartyServer();
    after.push(() => server.close());
    const trouble = await troubleAt(`https://127.0.0.1:${server.port}/`);
    expect(trouble).toMatchObject({ problem: noConnection, mayHaveSent: false });
    expect(trouble.detail).toMatch(/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/);
    expect(server.requests).toEqual([]);
  });

  it('if the server does not use TLS', async () => {
    const plain = await startHttpListener((_request, response) => response.end());
    after.push(() => plain.stop());
    const trouble = await troubleAt(`https://127.0.0.1:${plain.port}/`);
    expect(trouble).toMatchObject({ problem: noConnection, mayHaveSent: false });
    expect(trouble.detail).toMatch(/^ERR_SSL_/);
  });
});

describe('a message to a provider may have been delivered', () => {
  it('if the connection is closed without a response', async () => {
    const port = await startTcpServer((socket) => socket.once('data', () => socket.end()));
    expect(await troubleAt(`http://127.0.0.1:${port}/`)).toEqual({
      problem: noConnection,
      detail: 'UND_ERR_SOCKET',
      mayHaveSent: true,
    });
  });

  it('if the connection breaks off', async () => {
    const port = await startTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await troubleAt(`http://127.0.0.1:${port}/`)).toMatchObject({ problem: noConnection, mayHaveSent: true });
  });

  it('if the response is not HTTP', async () => {
    const port = await startTcpServer((socket) => socket.once('data', () => socket.end('220 mail.test ESMTP\r\n')));
    expect(await troubleAt(`http://127.0.0.1:${port}/`)).toMatchObject({ problem: noConnection, mayHaveSent: true });
  });

  it('if the response is endless', async () => {
    const endless = await startHttpListener((_request, response) => void response.end('x'.repeat(64 * 1024 + 1)));
    after.push(() => endless.stop());
    expect(await troubleAt(endless.url)).toEqual({
      problem: 'answer_unfit',
      detail: 'status 200, a reply without an end',
      mayHaveSent: true,
    });
  });
});
