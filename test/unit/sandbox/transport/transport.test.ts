import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { createAbridgedTransport } from '../../../../src/sandbox/transport/abridged.js';
import { detectTransport } from '../../../../src/sandbox/transport/detect.js';
import { TransportFailure } from '../../../../src/sandbox/transport/failure.js';
import { createFullTransport } from '../../../../src/sandbox/transport/full.js';
import { createIntermediateTransport } from '../../../../src/sandbox/transport/intermediate.js';
import type { Transport } from '../../../../src/sandbox/transport/transport.js';

interface ClientSide {
  readonly name: string;
  readonly opening: Buffer;
  readonly transport: () => Transport;
  readonly padded?: boolean;
}

// A packet looks the same in both directions, so a second instance serves as the client.
const clients: readonly ClientSide[] = [
  { name: 'full', opening: Buffer.alloc(0), transport: createFullTransport },
  { name: 'abridged', opening: Buffer.of(0xef), transport: createAbridgedTransport },
  { name: 'intermediate', opening: Buffer.alloc(4, 0xee), transport: () => createIntermediateTransport(undefined) },
  {
    name: 'padded intermediate',
    opening: Buffer.alloc(4, 0xdd),
    transport: () => createIntermediateTransport(systemRandom),
    padded: true,
  },
];

const packets = fc.array(
  fc.uint8Array({ minLength: 10, maxLength: 600 }).map((bytes) => Buffer.from(bytes.subarray(0, bytes.length & ~3))),
  { minLength: 1, maxLength: 6 },
);
const options = { random: systemRandom, mtproxySecret: undefined };

/** Feeds a stream in pieces of these sizes, repeatedly, to a server. */
function serve(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const received: Buffer[] = [];
  let transport: Transport | undefined;
  let opening: Buffer = Buffer.alloc(0);
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const piece = stream.subarray(at, at + size);
    at += size;
    if (transport) {
      received.push(...transport.receive(piece));
      continue;
    }
    opening = Buffer.concat([opening, piece]);
    const detected = detectTransport(opening, options);
    if (!detected) continue;
    transport = detected.transport;
    received.push(...transport.receive(detected.rest));
  }
  return received;
}

describe.each(clients)('the $name transport', ({ opening, transport, padded }) => {
  it('is detected by its first bytes, and returns the packets for any pieces of the stream', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(packets, sizes, (sent, pieces) => {
        const client = transport();
        const received = serve(Buffer.concat([opening, ...sent.map((packet) => client.frame(packet))]), pieces);
        expect(received).toHaveLength(sent.length);
        for (const [index, packet] of sent.entries()) {
          const got = received[index] ?? Buffer.alloc(0);
          expect(got.subarray(0, packet.length)).toEqual(packet);
          expect(got.length - packet.length).toBeLessThan(padded ? 16 : 1);
        }
      }),
    );
  });
});

describe('the full transport', () => {
  it('frames as the specification', () => {
    const client = createFullTransport();
    expect(client.frame(Buffer.from('01020304', 'hex')).toString('hex')).toBe('100000000000000001020304420fb5e0');
    expect(client.frame(Buffer.from('01020304', 'hex')).subarray(4, 8).toString('hex')).toBe('01000000');
  });

  it('rejects a packet whose checksum is wrong', () => {
    const framed = createFullTransport().frame(Buffer.alloc(8, 1));
    framed.writeUInt8(2, 9);
    expect(() => createFullTransport().receive(framed)).toThrow(TransportFailure);
  });
});

describe('the abridged transport', () => {
  it.each([
    [4 * 0x7e, '7e'],
    [4 * 0x7f, '7f7f0000'],
    [4 * 0x102, '7f020100'],
  ])('writes the length of %d bytes as %s', (length, head) => {
    const framed = createAbridgedTransport().frame(Buffer.alloc(length));
    expect(framed.subarray(0, framed.length - length).toString('hex')).toBe(head);
  });

  it('reads a packet that requests a quick acknowledgement', () => {
    expect(createAbridgedTransport().receive(Buffer.from('8101020304', 'hex'))).toEqual([
      Buffer.from('01020304', 'hex'),
    ]);
  });
});

describe('the obfuscated transport', () => {
  it.each(clients.filter(({ name }) => name !== 'full'))('carries the $name transport', ({ opening, transport }) => {
    const header = systemRandom.bytes(64);
    header.writeUInt8(1, 0);
    header.writeUInt8(1, 4);
    header.fill(opening[0] ?? 0, 56, 60);
    const reversed = Buffer.from(header).reverse();
    const outgoing = createCipheriv('aes-256-ctr', header.subarray(8, 40), header.subarray(40, 56));
    const incoming = createCipheriv('aes-256-ctr', reversed.subarray(8, 40), reversed.subarray(40, 56));
    outgoing.update(header).copy(header, 56, 56);
    const client = transport();
    const detected = detectTransport(
      Buffer.concat([header, outgoing.update(client.frame(Buffer.alloc(40, 1)))]),
      options,
    );
    const [request] = detected?.transport.receive(detected.rest) ?? [];
    expect(request?.subarray(0, 40)).toEqual(Buffer.alloc(40, 1));
    const reply = detected?.transport.frame(Buffer.alloc(40, 2)) ?? Buffer.alloc(0);
    expect(client.receive(incoming.update(reply))[0]?.subarray(0, 40)).toEqual(Buffer.alloc(40, 2));
  });
});

describe('a connection', () => {
  it('is rejected if it starts like no transport', () => {
    const http = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Padding: ${'x'.repeat(40)}\r\n\r\n`);
    expect(() => detectTransport(http, options)).toThrow(TransportFailure);
  });

  it.each(clients)('of the $name transport rejects a packet of a gigabyte', ({ name, transport }) => {
    const length = name === 'abridged' ? Buffer.from('7fffffff', 'hex') : Buffer.from('00000040', 'hex');
    expect(() => transport().receive(length)).toThrow(TransportFailure);
  });
});
