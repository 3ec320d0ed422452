import { helpers } from 'telegram';
import { expect, it } from 'vitest';
import { createSaltCache } from '../../../../src/telegram/gramjs/salt-cache.js';

const number = (value: number) => helpers.returnBigInt(value);

it('a cache of salts keeps the latest salt of the keys that were used last', () => {
  const salts = createSaltCache(2);
  salts.store(number(1), number(10));
  salts.store(number(2), number(20));
  salts.store(number(1), number(11));
  salts.store(number(3), number(30));
  expect([1, 2, 3].map((key) => salts.find(number(key))?.toString())).toEqual(['11', undefined, '30']);
});
