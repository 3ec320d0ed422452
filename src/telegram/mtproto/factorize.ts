import { checkPrimeSync } from 'node:crypto';

/**
 * Returns the two prime factors of pq, the smaller first, or undefined if it is no such product.
 * Shanks's square forms: all numbers of the loop are at most some 2^38, so that it needs no bigint.
 */
export function factorize(pq: bigint): readonly [p: bigint, q: bigint] | undefined {
  if (pq < 4n || pq >> 63n !== 0n || checkPrimeSync(pq)) return undefined;
  for (const multiplier of multipliers) {
    const factor = findFactor(pq, multiplier);
    if (factor === undefined) continue;
    const other = pq / factor;
    return factor < other ? [factor, other] : [other, factor];
  }
  return undefined;
}

/** The forms of one product may reveal nothing. The larger multipliers find a factor sooner. */
const multipliers = [1155n, 385n, 231n, 165n, 105n, 77n, 55n, 35n, 33n, 21n, 15n, 11n, 7n, 5n, 3n, 1n];

/** A form is a square after some n^(1/4) steps in the mean. */
const stepsPerMean = 8;

function findFactor(pq: bigint, multiplier: bigint): bigint | undefined {
  const n = pq * multiplier;
  const wholeRoot = rootOf(n);
  const rest = n - wholeRoot * wholeRoot;
  if (rest === 0n) return properDivisor(pq, wholeRoot);
  const root = Number(wholeRoot);
  const maxSteps = stepsPerMean * Math.ceil(Math.sqrt(root));
  let p = root;
  let before = 1;
  let q = Number(rest);
  for (let step = 0; step < maxSteps; step += 1) {
    if (step % 2 === 1 && isMaybeSquare[q % 64] === 1) {
      const side = Math.sqrt(q);
      const factor = Number.isInteger(side) ? properDivisor(pq, findSymmetry(n, root, p, side, maxSteps)) : undefined;
      if (factor !== undefined) return factor;
    }
    const times = Math.floor((root + p) / q);
    const next = times * q - p;
    const after = before + times * (p - next);
    p = next;
    before = q;
    q = after;
  }
  return undefined;
}

/** Follows the square root of a square form to the point at which the forms repeat backwards. */
function findSymmetry(n: bigint, root: number, from: number, side: number, maxSteps: number): bigint {
  let p = Math.floor((root - from) / side) * side + from;
  let before = side;
  let q = Number((n - BigInt(p) ** 2n) / BigInt(side));
  for (let step = 0; step < maxSteps; step += 1) {
    const times = Math.floor((root + p) / q);
    const next = times * q - p;
    if (next === p) break;
    const after = before + times * (p - next);
    p = next;
    before = q;
    q = after;
  }
  return BigInt(p);
}

/** The remainders of squares after division by 64. Few other numbers have them. */
const isMaybeSquare = new Uint8Array(64);
for (let root = 0; root < 64; root += 1) isMaybeSquare[(root * root) % 64] = 1;

function rootOf(n: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(n))));
  while (root * root > n) root -= 1n;
  while ((root + 1n) * (root + 1n) <= n) root += 1n;
  return root;
}

/** Returns what both have in common, unless it is 1 or `n`. */
function properDivisor(n: bigint, other: bigint): bigint | undefined {
  let [a, b] = [n, other];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 1n || a === n ? undefined : a;
}
