/** Collects the basic types of TL into one buffer. */
export class TlWriter {
  readonly #parts: Buffer[] = [];

  result(): Buffer {
    return Buffer.concat(this.#parts);
  }

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  uint(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return this.raw(bytes);
  }

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return this.raw(bytes);
  }

  long(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt.asIntN(64, value));
    return this.raw(bytes);
  }

  double(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return this.raw(bytes);
  }

  byteString(content: Buffer): this {
    const head = Buffer.alloc(content.length < 254 ? 1 : 4);
    if (content.length < 254) head.writeUInt8(content.length);
    else head.writeUInt32LE(content.length * 256 + 254);
    return this.raw(head)
      .raw(content)
      .raw(Buffer.alloc((4 - ((head.length + content.length) % 4)) % 4));
  }
}
