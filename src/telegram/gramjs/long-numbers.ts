import { helpers } from 'telegram';
import { BinaryReader } from 'telegram/extensions/index.js';

/** Returns a signed number of 64 bits as gramjs represents it. */
export const toGramjsNumber = (value: bigint) => helpers.returnBigInt(BigInt.asIntN(64, value));

// gramjs converts the bytes to hexadecimal and binary text: a seventh of the CPU time of a
// connection that makes one call.
BinaryReader.prototype.readLong = function readLong(signed = true) {
  const bytes = this.read(8);
  return helpers.returnBigInt(signed ? bytes.readBigInt64LE() : bytes.readBigUInt64LE());
};
