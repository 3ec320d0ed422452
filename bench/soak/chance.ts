/** Random choices that are the same for the same seed. */
export interface Chance {
  /** Returns a number from 0 up to, not including, 1. */
  readonly next: () => number;
  /** Returns whether an event of that probability happens. */
  readonly happens: (probability: number) => boolean;
  /** Returns an integer from 0 up to, not including, the bound. */
  readonly below: (bound: number) => number;
  /** Throws if there is none to choose from. */
  readonly oneOf: <T>(values: readonly T[]) => T;
}

/** Creates a generator (mulberry32) from a seed of 32 bits. */
export function createChance(seed: number): Chance {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    below,
    happens: (probability) => next() < probability,
    oneOf(values) {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('nothing to choose from');
      return value;
    },
  };
}
