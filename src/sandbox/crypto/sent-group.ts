import type { Lie } from '../lies.js';
import type { Group } from './group.js';
import { bytesOfNumber } from './number.js';
import type { SrpChallenge } from './srp.js';

/** A group in the form in which it is sent to clients. */
export interface SentGroup {
  readonly generator: number;
  readonly primeBytes: Buffer;
}

const edge = 1n << 1984n;
// This much above the prime of the group there is a prime that is not safe; right above it there is
// none. Both are 2 modulo 3.
const toUnsafePrime = 570n;
const toComposite = 6n;

/** Returns the group, or a bad one for a lie about it. */
export function sentGroup(group: Group, lie: Lie | undefined): SentGroup {
  const { generator, primeBytes, prime } = group;
  switch (lie) {
    case 'dh_generator':
    case 'srp_generator':
      return { generator: 9, primeBytes };
    case 'dh_generator_residue':
    case 'srp_generator_residue':
      return { generator: 2, primeBytes };
    case 'dh_prime_composite':
    case 'srp_prime_composite':
      return { generator, primeBytes: bytesOfNumber(prime + toComposite) };
    case 'dh_prime_unsafe':
    case 'srp_prime_unsafe':
      return { generator, primeBytes: bytesOfNumber(prime + toUnsafePrime) };
    case 'dh_prime_short':
    case 'srp_prime_short':
      return { generator, primeBytes: primeBytes.subarray(-32) };
    default:
      return { generator, primeBytes };
  }
}

/** Returns B of a password check, or a bad one for a lie about it. */
export function sentPublicB(
  group: Group,
  { publicB, mask }: Pick<SrpChallenge, 'publicB' | 'mask'>,
  lie: Lie | undefined,
): Buffer {
  return lie === 'srp_b_mask' ? mask : sentPublicValue(group, publicB, lie);
}

/** Returns the public value of the server, or a bad one for a lie about it. */
export function sentPublicValue({ prime }: Group, value: Buffer, lie: Lie | undefined): Buffer {
  switch (lie) {
    case 'srp_b_empty':
      return Buffer.alloc(0);
    case 'dh_public_zero':
    case 'srp_b_zero':
      return Buffer.alloc(256);
    case 'dh_public_one':
    case 'srp_b_one':
      return bytesOfNumber(1n, 256);
    case 'dh_public_minus_one':
      return bytesOfNumber(prime - 1n, 256);
    case 'dh_public_small':
    case 'srp_b_small':
      return bytesOfNumber(edge - 1n, 256);
    case 'dh_public_large':
    case 'srp_b_large':
      return bytesOfNumber(prime - edge + 1n, 256);
    case 'srp_b_prime':
      return bytesOfNumber(prime, 256);
    case 'srp_b_long':
      return Buffer.concat([Buffer.of(1), value]);
    default:
      return value;
  }
}
