/** Returns the number that the big-endian bytes mean. */
export function numberOf(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString('hex');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/**
 * Returns the number as big-endian bytes, zeros in front up to `length`; without a length, as few
 * bytes as it takes.
 */
export function bytesOfNumber(value: bigint, length = 0): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return bytes.length >= length ? bytes : Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}
