import { expect, it } from 'vitest';
import { createLeakyBuckets } from '../../../src/base/leaky-buckets.js';

const hourMs = 3_600_000;

it.each<[string, (state: { now: number; windowMs: number }) => void]>([
  ['the clock is set back', (state) => (state.now -= 24 * hourMs)],
  ['the window is made shorter', (state) => (state.windowMs = 60_000)],
])('drains within one window after %s', (_change, change) => {
  const state = { now: 100 * hourMs, windowMs: hourMs };
  const allowance = {
    max: 2,
    get windowMs() {
      return state.windowMs;
    },
  };
  const buckets = createLeakyBuckets(allowance, { now: () => state.now, after: () => () => undefined });
  buckets.add('alice', 2);
  change(state);
  expect(buckets.room('alice')).toBe(0);
  expect(buckets.waitMs('alice')).toBe(state.windowMs / 2);
  expect(buckets.fillMs('alice')).toBe(state.windowMs);
});
