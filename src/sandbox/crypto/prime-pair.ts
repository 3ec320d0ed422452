import type { Random } from '../../base/random.js';

/** Two different primes, the smaller first. */
export interface PrimePair {
  readonly p: number;
  readonly q: number;
}

const lowest = 1 << 14;

/**
 * Two random 15-bit primes for the proof of work of a key exchange. Telegram sends 31-bit ones; these cost a client a tenth of the time,
 * and clients do not look at the size.
 */
export function pickPrimePair(random: Random): PrimePair {
  const first = pickPrime(random);
  for (;;) {
    const second = pickPrime(random);
    if (second !== first) return { p: Math.min(first, second), q: Math.max(first, second) };
  }
}

function pickPrime(random: Random): number {
  let candidate = lowest | (random.bytes(2).readUInt16LE() & (lowest - 1)) | 1;
  while (!isPrime(candidate)) candidate = candidate + 2 >= 2 * lowest ? lowest + 1 : candidate + 2;
  return candidate;
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) if (odd % divisor === 0) return false;
  return true;
}
