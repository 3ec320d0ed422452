import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** The records of a name; a name without records does not exist. */
export interface DnsRecords {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly srv?: readonly { priority: number; weight: number; port: number; name: string }[];
}

/** A name server on the loopback interface. */
export interface DnsServer {
  /** IP address and port. */
  readonly address: string;
  stop(): Promise<void>;
}

const types: Readonly<Record<number, keyof DnsRecords>> = { 1: 'a', 28: 'aaaa', 33: 'srv' };

/** Starts a name server for these names. The caller stops it. */
export async function startDnsServer(names: Readonly<Record<string, DnsRecords>>): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query, names), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** RFC 1035, 4.1: the question again, with the answers of its name and type. */
function answerTo(query: Buffer, names: Readonly<Record<string, DnsRecords>>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const records = names[labels.join('.').toLowerCase()];
  const type = query.readUInt16BE(at + 1);
  const data = dataOf(records ?? {}, types[type]);
  const header = Buffer.from(query.subarray(0, 12));
  // A response, recursion available; NXDOMAIN if the name does not exist.
  header.writeUInt16BE(records === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(data.length, 6);
  header.fill(0, 8, 12);
  return Buffer.concat([header, query.subarray(12, at + 5), ...data.map((bytes) => resource(type, bytes))]);
}

function resource(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  // The name of the question, class IN, TTL one minute.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf({ a = [], aaaa = [], srv = [] }: DnsRecords, type: keyof DnsRecords | undefined): Buffer[] {
  switch (type) {
    case undefined:
      return [];
    case 'a':
      return a.map((address) => Buffer.from(address.split('.').map(Number)));
    case 'aaaa':
      return aaaa.map(version6);
    case 'srv':
      return srv.map(({ priority, weight, port, name }) => {
        const numbers = Buffer.alloc(6);
        [priority, weight, port].forEach((number, index) => numbers.writeUInt16BE(number, 2 * index));
        const labels = name
          .split('.')
          .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
        return Buffer.concat([numbers, ...labels, Buffer.alloc(1)]);
      });
  }
}

function version6(address: string): Buffer {
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const gap = Array<string>(8 - (left?.length ?? 0) - (right?.length ?? 0)).fill('0');
  const groups = [...(left ?? []), ...gap, ...(right ?? [])];
  return Buffer.concat(groups.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}
