import { checkPrimeSync } from 'node:crypto';

/**
 * Returns the two prime factors of pq, the smaller first (Pollard's rho in Brent's variant), or
 * undefined if it is no such product.
 */
export function factorize(pq: bigint): readonly [p: bigint, q: bigint] | undefined {
  if (pq < 4n || pq >> 63n !== 0n || checkPrimeSync(pq)) return undefined;
  if (pq % 2n === 0n) return [2n, pq / 2n];
  for (let offset = 1n; offset <= maxOffsets; offset += 1n) {
    const factor = findFactor(pq, offset);
    if (factor === undefined) continue;
    const other = pq / factor;
    return factor < other ? [factor, other] : [other, factor];
  }
  return undefined;
}

const maxOffsets = 5n;
const stepsPerDivisor = 128;
// A factor of 31 bits takes some 2^16 steps.
const maxSteps = 1 << 19;

function findFactor(pq: bigint, offset: bigint): bigint | undefined {
  const next = (value: bigint) => (value * value + offset) % pq;
  let runner = 2n;
  for (let reach = 1, steps = 0; steps < maxSteps; reach *= 2) {
    const fixed = runner;
    for (let done = 0; done < reach; done += stepsPerDivisor) {
      const start = runner;
      let product = 1n;
      const count = Math.min(stepsPerDivisor, reach - done);
      for (let i = 0; i < count; i += 1) {
        runner = next(runner);
        product = (product * (fixed > runner ? fixed - runner : runner - fixed)) % pq;
      }
      steps += count;
      const divisor = greatestCommonDivisor(product, pq);
      if (divisor === 1n) continue;
      return divisor === pq ? findSlowly(pq, fixed, start, next, count) : divisor;
    }
  }
  return undefined;
}

/** Returns the first divisor among steps whose product contains both factors. */
function findSlowly(
  pq: bigint,
  fixed: bigint,
  start: bigint,
  next: (value: bigint) => bigint,
  count: number,
): bigint | undefined {
  let runner = start;
  for (let i = 0; i < count; i += 1) {
    runner = next(runner);
    const divisor = greatestCommonDivisor(fixed > runner ? fixed - runner : runner - fixed, pq);
    if (divisor !== 1n) return divisor === pq ? undefined : divisor;
  }
  return undefined;
}

function greatestCommonDivisor(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
