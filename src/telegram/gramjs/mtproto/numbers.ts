/** Returns the number that the big-endian bytes represent. */
export function numberOf(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString('hex');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/**
 * Returns the number as big-endian bytes, with leading zeros up to `length`; without `length`, as
 * few bytes as possible.
 */
export function bytesOf(value: bigint, length = 0): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return bytes.length >= length ? bytes : Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}

/** Returns base^exponent modulo `modulus`, for an exponent of 0 or more. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  // Processes four bits of the exponent at a time.
  const powers = [1n];
  for (let n = 1; n < 16; n += 1) powers.push(((powers[n - 1] ?? 1n) * base) % modulus);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    result = (result * result) % modulus;
    result = (result * result) % modulus;
    result = (result * result) % modulus;
    result = (result * result) % modulus;
    result = (result * (powers[Number.parseInt(digit, 16)] ?? 1n)) % modulus;
  }
  return result;
}
