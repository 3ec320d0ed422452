import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection with the intermediate transport, without a client library. */
export interface RawConnection {
  readonly socket: Socket;
  send(packet: Buffer): void;
  /** Returns the next packet. Throws if the connection ends before it. */
  next(): Promise<Buffer>;
}

/** Connects to a port of loopback. The server can close its side while this one stays open. */
export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(Buffer.from('eeeeeeee', 'hex'));
  const packets = readPackets(socket);
  return {
    socket,
    send(packet) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(packet.length);
      socket.write(Buffer.concat([length, packet]));
    },
    async next() {
      const { value } = await packets.next();
      if (!value) throw new Error('the connection has ended');
      return value;
    },
  };
}

async function* readPackets(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32LE()) {
      const end = 4 + pending.readUInt32LE();
      yield pending.subarray(4, end);
      pending = pending.subarray(end);
    }
  }
  return undefined;
}
