import { checkPrimeSync, generatePrimeSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptIge, encryptIge } from '../../../../src/telegram/mtproto/ige.js';
import { igeEncrypt } from '../../../../src/sandbox/crypto/ige.js';
import { factorize } from '../../../../src/telegram/mtproto/factorize.js';
import { bytesOf, numberOf, power } from '../../../../src/telegram/mtproto/numbers.js';

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

describe('numbers', () => {
  it('are the same after bytes', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), (number) => numberOf(bytesOf(number)) === number));
    expect(bytesOf(1n, 256)).toHaveLength(256);
  });

  it('have the powers that they have one step at a time', () => {
    const prime = generatePrimeSync(512, { bigint: true });
    const order = prime - 1n;
    const base = fc.oneof(fc.bigInt({ min: 1n, max: order }), fc.constantFrom(1n, 2n, order));
    const exponent = fc.oneof(
      fc.bigInt({ min: 0n, max: prime * prime }),
      fc.constantFrom(0n, 1n, order - 1n, order, prime, 2n * order),
    );
    fc.assert(fc.property(base, exponent, (b, e) => power(b, e, prime) === stepByStep(b, e, prime)));
  });
});

function stepByStep(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

describe('a product of two primes', () => {
  it.each([
    [15, 31],
    [31, 31],
    [31, 32],
    [3, 31],
  ])('is taken apart (%i and %i bits)', (one, other) => {
    for (let n = 0; n < 50; n += 1) {
      const [p, q] = [one, other].map((size) => generatePrimeSync(size, { bigint: true }));
      if (p === undefined || q === undefined) return expect.unreachable();
      expect(factorize(p * q)).toEqual(p < q ? [p, q] : [q, p]);
    }
  });

  it('is taken apart if it is small, even or a square', () => {
    const primes = Array.from({ length: 200 }, (_, index) => BigInt(index)).filter((number) => checkPrimeSync(number));
    for (const p of primes) for (const q of primes) if (p <= q) expect(factorize(p * q)).toEqual([p, q]);
  });

  it.each([0n, 1n, 2n, 3n, 2_147_483_647n, 9_223_372_036_854_775_783n, 1n << 63n, 1n << 80n])(
    'is not what %i is',
    (number) => {
      expect(factorize(number)).toBeUndefined();
    },
  );
});

describe('AES in IGE mode', () => {
  it('is that of the sandbox, and undone', () => {
    const blocks = fc.integer({ min: 0, max: 5 }).chain((count) => bytes(16 * count));
    fc.assert(
      fc.property(blocks, bytes(32), bytes(32), (plain, key, iv) => {
        const sealed = encryptIge(plain, { key, iv });
        expect(sealed).toEqual(igeEncrypt(plain, { key, iv }));
        expect(decryptIge(sealed, { key, iv })).toEqual(plain);
      }),
    );
  });
});
