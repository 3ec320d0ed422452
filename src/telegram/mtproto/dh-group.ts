import { checkPrime } from 'node:crypto';
import type { Random } from '../../base/random.js';
import { numberOf, power } from './numbers.js';
import { demand } from './untrusted-answer.js';

/** The group of a Diffie-Hellman exchange or of SRP: a safe prime of 2048 bits and a generator. */
export interface DhGroup {
  readonly prime: bigint;
  readonly generator: bigint;
}

// The published prime of Telegram's own servers. It needs no test.
const knownPrime = BigInt(
  `0x${[
    'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4db',
    'fa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64',
    '2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b41',
    '0dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4',
    'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf',
    '6f4fadf034b10403119cd8e3b92fcc5b',
  ].join('')}`,
);

const primeBits = 2048n;
// Rounds of Miller-Rabin for a number that an adversary may have chosen.
const checks = 64;

/**
 * Reads a group as Telegram sends it. Throws UntrustedAnswer if core.telegram.org/mtproto/auth_key
 * rejects it.
 */
export async function readGroup(primeBytes: Uint8Array, generator: number): Promise<DhGroup> {
  const prime = numberOf(primeBytes);
  demand(prime >> (primeBits - 1n) === 1n, 'prime of 2048 bits');
  demand(isGenerator(generator, prime), 'generator of the subgroup');
  demand(prime === knownPrime || (await isSafePrime(prime)), 'safe prime');
  return { prime, generator: BigInt(generator) };
}

/**
 * Throws UntrustedAnswer for a public value outside the range of
 * core.telegram.org/mtproto/auth_key.
 */
export function demandInRange(value: bigint, { prime }: DhGroup, check: string): void {
  demand(isInRange(value, prime), check);
}

/**
 * Returns a secret exponent of 2048 bits, and the generator to its power, in the range that both
 * sides check.
 */
export function pickPublicValue(
  { generator, prime }: DhGroup,
  random: Random,
): { readonly secret: bigint; readonly value: bigint } {
  for (;;) {
    const secret = numberOf(random.bytes(256));
    const value = power(generator, secret, prime);
    if (isInRange(value, prime)) return { secret, value };
  }
}

function isInRange(value: bigint, prime: bigint): boolean {
  const margin = 1n << (primeBits - 64n);
  return margin <= value && value <= prime - margin;
}

/**
 * Returns true if the number generates the subgroup of prime order (p - 1) / 2, by its quadratic
 * residue.
 */
export function isGenerator(generator: number, prime: bigint): boolean {
  switch (generator) {
    case 2:
      return prime % 8n === 7n;
    case 3:
      return prime % 3n === 2n;
    case 4:
      return true;
    case 5:
      return prime % 5n === 1n || prime % 5n === 4n;
    case 6:
      return prime % 24n === 19n || prime % 24n === 23n;
    case 7:
      return prime % 7n === 3n || prime % 7n === 5n || prime % 7n === 6n;
    default:
      return false;
  }
}

async function isSafePrime(prime: bigint): Promise<boolean> {
  return (await passesTest(prime)) && passesTest((prime - 1n) / 2n);
}

function passesTest(number: bigint): Promise<boolean> {
  return new Promise((resolve, reject) => {
    checkPrime(number, { checks }, (error, isPrime) => (error ? reject(error) : resolve(isPrime)));
  });
}
