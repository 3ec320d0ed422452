import { expect, it } from 'vitest';
import { retryAfterSeconds } from '../../../src/http/reply.js';

it.each([
  [0, 1],
  [1, 1],
  [1000, 1],
  [1001, 2],
  [59_999, 60],
])('Retry-After of %i ms is %i', (ms, seconds) => {
  expect(retryAfterSeconds(ms)).toBe(seconds);
});
