import { expect, it } from 'vitest';
import { createSaltCache } from '../../../src/telegram/salt-cache.js';

it('a cache of salts keeps the latest salt of the keys that were used last', () => {
  const salts = createSaltCache(2);
  salts.store(1n, 10n);
  salts.store(2n, 20n);
  salts.store(1n, 11n);
  salts.store(3n, 30n);
  expect([1n, 2n, 3n].map((key) => salts.find(key))).toEqual([11n, undefined, 30n]);
});
