import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP server that accepts connections and never sends anything. */
export interface SilentServer {
  readonly port: number;
  /** How many connections it has accepted so far. */
  taken(): number;
  /** Resolves when a connection has been accepted. */
  firstTaken: Promise<void>;
  /** Resolves when it has received something. */
  firstReceived: Promise<void>;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let taken = 0;
  let tell: () => void = () => undefined;
  const firstTaken = new Promise<void>((resolve) => (tell = resolve));
  let receive: () => void = () => undefined;
  const firstReceived = new Promise<void>((resolve) => (receive = resolve));
  const server: Server = createServer((socket) => {
    taken += 1;
    sockets.add(socket);
    tell();
    socket.on('data', () => receive());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const resolve of waiting) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => taken,
    firstTaken,
    firstReceived,
    allClosed: () => (sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve))),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
