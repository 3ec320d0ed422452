import { expect, test } from 'vitest';
import { createYieldQueue } from '../../../src/base/yield-queue.js';

test('concurrent callers pass in order, with a turn of the event loop between any two', async () => {
  const pass = createYieldQueue();
  const happened: string[] = [];
  const other = () => {
    happened.push('other');
    if (happened.length < 6) setImmediate(other);
  };
  setImmediate(other);
  await Promise.all([1, 2, 3].map((caller) => pass().then(() => happened.push(`caller ${caller}`))));
  const passed = happened.flatMap((name, at) => (name === 'other' ? [] : [{ name, at }]));
  expect(passed.map(({ name }) => name)).toEqual(['caller 1', 'caller 2', 'caller 3']);
  for (const { at } of passed.slice(1)) expect(happened[at - 1]).toBe('other');
});
