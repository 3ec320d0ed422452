import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeDuration } from '../../../../src/api/provisioning/duration.js';

it.each([
  [0, '1 second'],
  [1, '1 second'],
  [1000, '1 second'],
  [2000, '2 seconds'],
  [59_001, '1 minute'],
  [61_000, '1 minute and 1 second'],
  [3_600_000, '1 hour'],
  [77_264_000, '21 hours, 27 minutes and 44 seconds'],
  [86_400_000, '1 day'],
  [90_061_000, '1 day, 1 hour, 1 minute and 1 second'],
  [172_800_001, '2 days and 1 second'],
])('%i ms are %s', (ms, text) => {
  expect(describeDuration(ms)).toBe(text);
});

it('adds up to the seconds that it was given', () => {
  const worth = { day: 86_400, hour: 3600, minute: 60, second: 1 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
      const parts = describeDuration(seconds * 1000).matchAll(/(\d+) (day|hour|minute|second)s?/g);
      const sum = [...parts].reduce(
        (total, [, count, unit]) => total + Number(count) * worth[unit as keyof typeof worth],
        0,
      );
      expect(sum).toBe(seconds);
    }),
  );
});
