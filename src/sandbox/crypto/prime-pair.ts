import type { Random } from '../../base/random.js';

/** Two different primes, the smaller first. */
export interface PrimePair {
  readonly p: number;
  readonly q: number;
}

/**
 * Returns random primes of 15 and 31 bits for the proof of work of a key exchange, or two of 31
 * bits as Telegram does, which costs a client a hundred times as much. Two small primes of like
 * size are no choice: Pollard's algorithm as clients have it then often finds both factors at once,
 * and takes 1 for a factor.
 */
export function pickPrimePair(random: Random, size: 'small' | 'large' = 'small'): PrimePair {
  const one = pickPrime(random, size === 'small' ? 15 : 31);
  let other = one;
  while (other === one) other = pickPrime(random, 31);
  return { p: Math.min(one, other), q: Math.max(one, other) };
}

function pickPrime(random: Random, bits: number): number {
  const lowest = 2 ** (bits - 1);
  let candidate = lowest + ((random.bytes(4).readUInt32LE() % lowest) | 1);
  while (!isPrime(candidate)) candidate = candidate + 2 < 2 * lowest ? candidate + 2 : lowest + 1;
  return candidate;
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) if (odd % divisor === 0) return false;
  return true;
}
