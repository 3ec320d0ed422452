import { createCipheriv } from 'node:crypto';
import { sha256 } from '../crypto/digest.js';
import type { Transport } from './transport.js';

/** How long the header of an obfuscated stream is. */
export const obfuscatedHeaderLength = 64;

/** An obfuscated stream whose header has been read. */
export interface Obfuscation {
  /** The four bytes that name the transport inside. */
  readonly tag: number;
  /** The data centre that an MTProxy client requests. */
  readonly dc: number;
  wrap(inner: Transport): Transport;
}

/**
 * Reads the header of the obfuscated transport; with a secret, as an MTProxy server does. The
 * result makes sense only if its tag does.
 */
export function readObfuscatedHeader(header: Buffer, secret: Buffer | undefined): Obfuscation {
  const reversed = Buffer.from(header).reverse();
  const incoming = streamCipher(header.subarray(8, 40), header.subarray(40, 56), secret);
  const outgoing = streamCipher(reversed.subarray(8, 40), reversed.subarray(40, 56), secret);
  const clear = incoming.update(header);
  return {
    tag: clear.readUInt32LE(56),
    dc: clear.readInt16LE(60),
    wrap: (inner) => ({
      receive: (chunk) => inner.receive(incoming.update(chunk)),
      frame: (packet) => outgoing.update(inner.frame(packet)),
    }),
  };
}

function streamCipher(key: Buffer, iv: Buffer, secret: Buffer | undefined) {
  return createCipheriv('aes-256-ctr', secret ? sha256(key, secret) : key, iv);
}
