import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressWaitMs } from '../../../src/threepid/limits.js';

describe('messages to one address', () => {
  it.each([
    { times: [], max: 2, now: 100, waitMs: 0 },
    { times: [90], max: 2, now: 100, waitMs: 0 },
    { times: [90, 95], max: 2, now: 100, waitMs: 40 },
    { times: [60, 90, 95], max: 2, now: 100, waitMs: 40 },
    { times: [90, 95], max: 2, now: 139, waitMs: 1 },
    { times: [90, 95], max: 2, now: 140, waitMs: 0 },
    { times: [90], max: 1, now: 100, waitMs: 40 },
  ])('wait $waitMs ms at $now after those at $times', ({ times, max, now, waitMs }) => {
    expect(addressWaitMs(times, { max, windowMs: 50 }, now)).toBe(waitMs);
  });

  it('never exceed the limit within any window', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 100 });
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 5 }), (waits, max) => {
        const allowance = { max, windowMs: 100 };
        const sent: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          const lately = sent.filter((at) => at > now - allowance.windowMs);
          if (addressWaitMs(lately, allowance, now) > 0) continue;
          sent.push(now);
          expect(sent.filter((at) => at > now - allowance.windowMs).length).toBeLessThanOrEqual(max);
        }
      }),
    );
  });
});
