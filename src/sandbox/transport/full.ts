import { crc32 } from 'node:zlib';
import { checkPacketLength, TransportFailure } from './failure.js';
import { createPacketBuffer, type Transport } from './transport.js';

/** Returns the full transport: length, sequence number, packet, CRC32. */
export function createFullTransport(): Transport {
  let sent = 0;
  return {
    receive: createPacketBuffer((bytes) => {
      if (bytes.length < 4) return undefined;
      const length = bytes.readUInt32LE(0);
      checkPacketLength(length - 12);
      if (bytes.length < length) return undefined;
      if (crc32(bytes.subarray(0, length - 4)) !== bytes.readUInt32LE(length - 4)) {
        throw new TransportFailure({ kind: 'checksum' });
      }
      return { packet: bytes.subarray(8, length - 4), rest: bytes.subarray(length) };
    }),
    frame(packet) {
      const framed = Buffer.alloc(packet.length + 12);
      framed.writeUInt32LE(framed.length, 0);
      framed.writeUInt32LE(sent, 4);
      sent += 1;
      packet.copy(framed, 8);
      framed.writeUInt32LE(crc32(framed.subarray(0, framed.length - 4)), framed.length - 4);
      return framed;
    },
  };
}
