import { TlFailure } from './failure.js';

/**
 * Reads the basic types of TL off a buffer, one after the other; throws TlFailure if the bytes end
 * too soon.
 */
export class TlReader {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  raw(length: number): Buffer {
    if (length < 0 || length > this.remaining) throw TlFailure.malformed('ends too soon');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  uint(): number {
    return this.raw(4).readUInt32LE();
  }

  int(): number {
    return this.raw(4).readInt32LE();
  }

  long(): bigint {
    return this.raw(8).readBigInt64LE();
  }

  double(): number {
    return this.raw(8).readDoubleLE();
  }

  byteString(): Buffer {
    const first = this.raw(1).readUInt8();
    const length = first === 254 ? this.raw(3).readUIntLE(0, 3) : first;
    const head = first === 254 ? 4 : 1;
    const content = this.raw(length);
    this.raw((4 - ((head + length) % 4)) % 4);
    return content;
  }
}
