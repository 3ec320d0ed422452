import { expect, it } from 'vitest';
import { lifeOfToken } from '../../../src/telegram/engine-calls.js';

const expires = 1_700_000_000;

it.each([
  [1_000, 1_000],
  [29_500, 29_500],
  [60_000, 60_000],
  [60_001, 30_000],
  [999, 30_000],
  [0, 30_000],
  [-3_600_000, 30_000],
])('a QR token that expires in %i ms by our clock lives %i ms', (leftMs, lifeMs) => {
  expect(lifeOfToken(expires, expires * 1000 - leftMs)).toBe(lifeMs);
});
