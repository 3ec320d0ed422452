import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Connection, type ConnectionDeps } from './connection.js';
import type { DataCentre } from './data-centre.js';

/** The listening socket of one data centre. */
export interface Listener {
  readonly port: number;
  /** Closes every connection, and goes on listening. */
  cutConnections(): void;
  stop(): Promise<void>;
}

/** Starts listening; port 0 takes a free one. */
export async function listen(
  dataCentre: DataCentre,
  address: { readonly host: string; readonly port: number },
  deps: ConnectionDeps,
): Promise<Listener> {
  const connections = new Set<Connection>();
  const server = createServer((socket) => {
    if (deps.faults.refusesConnections(dataCentre.id)) return void socket.resetAndDestroy();
    const connection = new Connection(socket, dataCentre, deps);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.listen(address.port, address.host);
  await once(server, 'listening');
  const cutConnections = () => connections.forEach((connection) => connection.close());
  return {
    port: (server.address() as AddressInfo).port,
    cutConnections,
    async stop() {
      cutConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
