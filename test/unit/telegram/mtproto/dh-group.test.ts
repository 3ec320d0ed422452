import { describe, expect, it } from 'vitest';
import { isGenerator } from '../../../../src/telegram/mtproto/dh-group.js';
import { power } from '../../../../src/telegram/mtproto/numbers.js';

const isPrime = (n: number) =>
  n > 1 && Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).every((d) => n % d > 0);

/** All safe primes from 11 to 20,000, with all their residues modulo 3, 5, 7, 8 and 24. */
const safePrimes = Array.from({ length: 10_000 }, (_, i) => 2 * i + 1).filter(
  (p) => p >= 11 && isPrime(p) && isPrime((p - 1) / 2),
);

describe('a generator', () => {
  it.each([2, 3, 4, 5, 6, 7])('%i is one of the subgroup if it is a quadratic residue (Euler)', (generator) => {
    const verdicts = safePrimes.map((prime) => isGenerator(generator, BigInt(prime)));
    const residues = safePrimes.map((p) => power(BigInt(generator), BigInt((p - 1) / 2), BigInt(p)) === 1n);
    expect(verdicts).toEqual(residues);
    expect(new Set(verdicts).has(true)).toBe(true);
  });

  it.each([-1, 0, 1, 8, 9, 16])('%i is none', (generator) => {
    expect(safePrimes.some((prime) => isGenerator(generator, BigInt(prime)))).toBe(false);
  });
});
