import { expect, it } from 'vitest';
import { createHolderCache } from '../../../../src/accounts/relay/holder-cache.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { Secret } from '../../../../src/base/secret.js';
import { createFakeClock } from '../../../support/fake-clock.js';

it.each([
  [0, 1],
  [29_999, 1],
  [30_000, 2],
  [60_000, 2],
])('queries a holder again 30 s after the last query: after %d ms, %d', async (afterMs, count) => {
  const clock = createFakeClock();
  const cache = createHolderCache({ clock, ttlMs: 30_000, maxEntries: 3 });
  let asked = 0;
  const ask = async () => {
    asked += 1;
    // The duration of the query counts too.
    await clock.advance(asked === 1 ? 10_000 : 0);
    return { mxid: '@a:home.test' as Mxid, deviceId: undefined };
  };
  await cache.holderOf(new Secret('a'), ask);
  await clock.advance(Math.max(0, afterMs - 10_000));
  await cache.holderOf(new Secret('a'), ask);
  expect(asked).toBe(count);
});

it('keeps the newest holders up to its size', async () => {
  const cache = createHolderCache({ clock: createFakeClock(), ttlMs: 30_000, maxEntries: 3 });
  const asked: string[] = [];
  const holderOf = (name: string) =>
    cache.holderOf(new Secret(name), () => {
      asked.push(name);
      return Promise.resolve({ mxid: `@${name}:home.test` as Mxid, deviceId: undefined });
    });
  for (const name of ['a', 'b', 'c', 'd', 'b', 'c', 'd']) {
    expect((await holderOf(name)).mxid).toBe(`@${name}:home.test`);
  }
  expect(asked).toEqual(['a', 'b', 'c', 'd']);
  await holderOf('a');
  expect(asked).toEqual(['a', 'b', 'c', 'd', 'a']);
});
