import { generatePrimeSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptIge, encryptIge } from '../../../../../src/telegram/gramjs/mtproto/ige.js';
import { igeEncrypt } from '../../../../../src/sandbox/crypto/ige.js';
import { factorize } from '../../../../../src/telegram/gramjs/mtproto/factorize.js';
import { bytesOf, numberOf, power } from '../../../../../src/telegram/gramjs/mtproto/numbers.js';

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

describe('numbers', () => {
  it('are the same after bytes', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), (number) => numberOf(bytesOf(number)) === number));
    expect(bytesOf(1n, 256)).toHaveLength(256);
  });

  it('have the powers that they have one step at a time', () => {
    const small = fc.bigInt({ min: 0n, max: 300n });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 64n }), small, fc.bigInt({ min: 2n, max: 1n << 64n }), (b, e, m) => {
        expect(power(b, e, m)).toBe(b ** e % m);
      }),
    );
  });
});

describe('a product of two primes', () => {
  it.each([
    [15, 31],
    [31, 31],
    [31, 32],
    [3, 31],
  ])('is taken apart (%i and %i bits)', (one, other) => {
    for (let n = 0; n < 5; n += 1) {
      const [p, q] = [one, other].map((size) => generatePrimeSync(size, { bigint: true }));
      if (p === undefined || q === undefined || p === q) continue;
      expect(factorize(p * q)).toEqual(p < q ? [p, q] : [q, p]);
    }
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
