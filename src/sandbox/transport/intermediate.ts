import type { Random } from '../../base/random.js';
import { checkPacketLength } from './failure.js';
import { createPacketBuffer, type Transport } from './transport.js';

/**
 * Returns the intermediate transport: the length in four bytes; the padded variant adds up to 15
 * random bytes, which the reader leaves in place.
 */
export function createIntermediateTransport(padding: Random | undefined): Transport {
  return {
    receive: createPacketBuffer((bytes) => {
      if (bytes.length < 4) return undefined;
      const length = bytes.readUInt32LE(0) & 0x7fffffff;
      checkPacketLength(length);
      if (bytes.length < 4 + length) return undefined;
      return { packet: bytes.subarray(4, 4 + length), rest: bytes.subarray(4 + length) };
    }),
    frame(packet) {
      const pad = padding ? padding.bytes((padding.bytes(1)[0] ?? 0) % 16) : Buffer.alloc(0);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(packet.length + pad.length);
      return Buffer.concat([head, packet, pad]);
    },
  };
}
