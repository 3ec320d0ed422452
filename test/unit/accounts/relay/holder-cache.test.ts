import { expect, it } from 'vitest';
import { createHolderCache } from '../../../../src/accounts/relay/holder-cache.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { Secret } from '../../../../src/base/secret.js';
import { createFakeClock } from '../../../support/fake-clock.js';

it('remembers as many holders as it may, the newest', async () => {
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
