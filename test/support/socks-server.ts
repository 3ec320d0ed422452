import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A SOCKS5 proxy on loopback that requires a user name and a password (RFC 1928, RFC 1929). */
export interface SocksServer {
  readonly port: number;
  /** The requested targets, `ip:port`, in order. */
  readonly destinations: readonly string[];
  stop(): Promise<void>;
}

export interface SocksServerOptions {
  readonly username: string;
  readonly password: string;
  /** The target on loopback to connect to instead; default: the port that was requested. */
  readonly portFor?: (destination: string) => number;
  /** The port to listen on; default: a free one. */
  readonly port?: number;
}

export async function startSocksServer({
  username,
  password,
  portFor,
  port: listenOn = 0,
}: SocksServerOptions): Promise<SocksServer> {
  const sockets = new Set<Socket>();
  const destinations: string[] = [];
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
    // Address type not supported: only IPv4 is.
    if (request[3] !== 1) return client.end(Buffer.of(5, 8, 0, 1, 0, 0, 0, 0, 0, 0)) && undefined;
    const ip = [...request.subarray(4, 8)].join('.');
    const port = request.readUInt16BE(8);
    const destination = `${ip}:${port}`;
    destinations.push(destination);
    const server = connect(portFor?.(destination) ?? port, '127.0.0.1', () => {
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
  await new Promise<void>((resolve) => server.listen(listenOn, '127.0.0.1', resolve));
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
