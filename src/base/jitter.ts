import type { Random } from './random.js';

/**
 * Returns a factor from 0.75 to 1.25 for a pause before a retry, so that not all retries come at
 * once.
 */
export function jitter(random: Random): number {
  return 0.75 + random.bytes(4).readUInt32BE(0) / 2 ** 33;
}
