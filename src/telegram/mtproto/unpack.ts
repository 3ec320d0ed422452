import { unzipSync } from 'node:zlib';
import { TlBytes, tlInt } from './tl-bytes.js';
import { demand, UntrustedAnswer } from './untrusted-answer.js';

const gzipPacked = 0x3072cfa1;
const rpcResult = 0xf35c6d01;
const container = 0x73f1f8dc;

/**
 * The limit of bytes that one message may unpack to: several times the contacts or chats of the
 * largest account.
 */
export const maxUnpacked = 16 * 1024 * 1024;

/**
 * Returns the body of a message with its gzip_packed parts unpacked. MTProto allows them as the
 * body, as the result in an rpc_result, and as both in the messages of a container
 * (core.telegram.org/mtproto/service_messages). Throws UntrustedAnswer if a part cannot be read or
 * is packed twice, or if the total exceeds `maxUnpacked`.
 */
export function unpack(body: Buffer): Buffer {
  return new Unpacker().message(body, 'outer');
}

/** Unpacks one message of a server. */
class Unpacker {
  #left = maxUnpacked;

  message(body: Buffer, place: 'outer' | 'inner'): Buffer {
    const plain = this.#object(body);
    const id = constructorOf(plain);
    if (id === rpcResult) return Buffer.concat([plain.subarray(0, 12), this.#object(plain.subarray(12))]);
    if (id !== container) return plain;
    demand(place === 'outer', 'container in a container');
    return this.#container(plain);
  }

  #container(body: Buffer): Buffer {
    const bytes = new TlBytes(body);
    const parts = [bytes.raw(8)];
    for (let left = body.readInt32LE(4); left > 0; left -= 1) {
      const head = bytes.raw(12);
      const inner = this.message(bytes.raw(bytes.int()), 'inner');
      parts.push(head, tlInt(inner.length), inner);
    }
    return Buffer.concat(parts);
  }

  /** An object that is not packed is returned unchanged. */
  #object(bytes: Buffer): Buffer {
    if (constructorOf(bytes) !== gzipPacked) return bytes;
    const plain = this.#gunzip(new TlBytes(bytes.subarray(4)).string());
    demand(constructorOf(plain) !== gzipPacked, 'gzip_packed in gzip_packed');
    this.#left -= plain.length;
    return plain;
  }

  #gunzip(packed: Buffer): Buffer {
    demand(this.#left > 0, 'length of packed data');
    try {
      return unzipSync(packed, { maxOutputLength: this.#left });
    } catch {
      throw new UntrustedAnswer('length of packed data');
    }
  }
}

function constructorOf(bytes: Buffer): number | undefined {
  return bytes.length >= 4 ? bytes.readUInt32LE() : undefined;
}
