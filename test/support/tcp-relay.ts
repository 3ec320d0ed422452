import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A relay on loopback that can lose connections, or stop forwarding on them, as a network does. */
export interface TcpRelay {
  readonly port: number;
  /**
   * From now on, nothing is forwarded on the open connections to which `isMeant` applies, in either
   * direction. Both ends stay connected. `sent` is what the client has sent, as text.
   */
  freeze(isMeant?: (sent: string) => boolean): number;
  /** Closes all connections, and rejects new ones. */
  refuse(): void;
  close(): Promise<void>;
}

interface Relayed {
  readonly client: Socket;
  readonly server: Socket;
  sent: string;
}

const maxSentLength = 100_000;

/** Starts a relay to a port on loopback. The caller closes it. */
export async function startTcpRelay(port: number): Promise<TcpRelay> {
  const open = new Set<Relayed>();
  let isRefusing = false;
  const destroy = ({ client, server }: Relayed) => {
    client.destroy();
    server.destroy();
  };
  const listener = createServer((client) => {
    if (isRefusing) return void client.destroy();
    const relayed: Relayed = { client, server: connect(port, '127.0.0.1'), sent: '' };
    open.add(relayed);
    for (const socket of [client, relayed.server]) {
      socket.on('error', () => destroy(relayed));
      socket.on('close', () => {
        open.delete(relayed);
        destroy(relayed);
      });
    }
    client.on('data', (data) => void (relayed.sent = (relayed.sent + data.toString('latin1')).slice(-maxSentLength)));
    client.pipe(relayed.server).pipe(client);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    freeze(isMeant = () => true) {
      const frozen = [...open].filter(({ sent }) => isMeant(sent));
      for (const { client, server } of frozen) {
        client.unpipe(server).pause();
        server.unpipe(client).pause();
      }
      return frozen.length;
    },
    refuse() {
      isRefusing = true;
      open.forEach(destroy);
    },
    async close() {
      isRefusing = true;
      open.forEach(destroy);
      listener.close();
      await once(listener, 'close');
    },
  };
}
