import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A SOCKS5 proxy on loopback that wants a user name and a password (RFC 1928, RFC 1929). */
export interface SocksServer {
  readonly port: number;
  /** The ports that connections were made to, in order. */
  readonly destinations: readonly number[];
  stop(): Promise<void>;
}

export async function startSocksServer(username: string, password: string): Promise<SocksServer> {
  const sockets = new Set<Socket>();
  const destinations: number[] = [];
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const next = (socket: Socket) => new Promise<Buffer>((resolve) => socket.once('data', resolve));

  async function serve(client: Socket): Promise<void> {
    const greeting = await next(client);
    if (greeting[0] !== 5 || !greeting.subarray(2).includes(2)) return client.end(Buffer.of(5, 0xff)) && undefined;
    client.write(Buffer.of(5, 2));
    const login = await next(client);
    const nameLength = login[1] ?? 0;
    const given = [login.subarray(2, 2 + nameLength), login.subarray(3 + nameLength)].map(String);
    if (given[0] !== username || given[1] !== password) return client.end(Buffer.of(1, 1)) && undefined;
    client.write(Buffer.of(1, 0));
    const request = await next(client);
    const ip = [...request.subarray(4, 8)].join('.');
    const port = request.readUInt16BE(8);
    destinations.push(port);
    const server = connect(port, ip, () => {
      client.write(Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
      client.pipe(server).pipe(client);
    });
    keep(server);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  const server = createServer((client) => {
    keep(client);
    serve(client).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    destinations,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
