import { checkPacketLength } from './failure.js';
import { createPacketBuffer, type Transport } from './transport.js';

// The highest bit of a length asks for a quick acknowledgement, which a server may leave out.
const lengthBits = 0x7f;

/** Returns the abridged transport: the length in words of four bytes, in one byte or in four. */
export function createAbridgedTransport(): Transport {
  return {
    receive: createPacketBuffer((bytes) => {
      if (bytes.length < 4) return undefined;
      const short = bytes.readUInt8(0) & lengthBits;
      const head = short === lengthBits ? 4 : 1;
      const length = 4 * (short === lengthBits ? bytes.readUIntLE(1, 3) : short);
      checkPacketLength(length);
      if (bytes.length < head + length) return undefined;
      return { packet: bytes.subarray(head, head + length), rest: bytes.subarray(head + length) };
    }),
    frame(packet) {
      const words = packet.length / 4;
      const head = Buffer.alloc(words < lengthBits ? 1 : 4);
      if (words < lengthBits) head.writeUInt8(words);
      else head.writeUInt32LE(words * 256 + lengthBits);
      return Buffer.concat([head, packet]);
    },
  };
}
