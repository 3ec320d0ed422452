import { UntrustedAnswer } from './untrusted-answer.js';

/**
 * Encodes the TL type `string` (core.telegram.org/mtproto/serialize): the length, the bytes, zeros
 * up to a multiple of 4.
 */
export function tlString(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  const head =
    length < 254 ? Buffer.of(length) : Buffer.of(254, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff);
  return Buffer.concat([head, bytes, Buffer.alloc((4 - ((head.length + length) % 4)) % 4)]);
}

/** Encodes the TL type `int`, also used for the number of a constructor. */
export function tlInt(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
}

/** Encodes the TL type `long`. */
export function tlLong(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, value));
  return bytes;
}

/** Reads TL types in sequence. Throws UntrustedAnswer at the end of the bytes. */
export class TlBytes {
  #position = 0;

  constructor(readonly bytes: Buffer) {}

  get position(): number {
    return this.#position;
  }

  /** Throws UntrustedAnswer unless everything has been read. */
  end(): void {
    if (this.#position !== this.bytes.length) throw new UntrustedAnswer('length');
  }

  raw(length: number): Buffer {
    const end = this.#position + length;
    if (length < 0 || end > this.bytes.length) throw new UntrustedAnswer('length');
    const part = this.bytes.subarray(this.#position, end);
    this.#position = end;
    return part;
  }

  int(): number {
    return this.raw(4).readInt32LE();
  }

  constructorId(): number {
    return this.raw(4).readUInt32LE();
  }

  long(): bigint {
    return this.raw(8).readBigInt64LE();
  }

  string(): Buffer {
    const start = this.#position;
    const first = this.raw(1).readUInt8();
    const length = first < 254 ? first : this.raw(3).readUIntLE(0, 3);
    const bytes = this.raw(length);
    this.raw((4 - ((this.#position - start) % 4)) % 4);
    return bytes;
  }
}
