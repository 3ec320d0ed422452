import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** What an echo server returns about a request. */
export interface Echo {
  readonly server: string;
  /** Path and query, not decoded. */
  readonly uri: string;
  readonly forwardedFor: string | undefined;
  readonly host: string | undefined;
}

/** A server that returns its name and the request. Its WebSockets get the same as a message. */
export interface EchoServer {
  /** Host and port. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts an echo server on a free port of loopback. The caller stops it. */
export async function startEchoServer(name: string): Promise<EchoServer> {
  const echo = ({ url = '', headers }: IncomingMessage) => {
    const forwardedFor = headers['x-forwarded-for']?.toString();
    return JSON.stringify({ server: name, uri: url, forwardedFor, host: headers.host } satisfies Echo);
  };
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(echo(request)));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => socket.send(echo(request)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
