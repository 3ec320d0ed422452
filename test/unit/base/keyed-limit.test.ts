import { describe, expect, it } from 'vitest';
import { KeyedLimit } from '../../../src/base/keyed-limit.js';

describe('a limit per key', () => {
  it('runs so many calls of each key, and more after one has ended', async () => {
    const limit = new KeyedLimit(2);
    const ends: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => ends.push(resolve));
    const running = [limit.tryRun('a', work), limit.tryRun('a', work)];
    expect(limit.tryRun('a', work)).toBeUndefined();
    expect(limit.tryRun('b', () => Promise.resolve('other'))).toBeDefined();
    ends[0]?.();
    await running[0];
    expect(limit.tryRun('a', work)).toBeDefined();
    expect(limit.tryRun('a', work)).toBeUndefined();
  });

  it('counts a call that fails as ended', async () => {
    const limit = new KeyedLimit(1);
    await expect(limit.tryRun('a', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await limit.tryRun('a', () => Promise.resolve(1))).toBe(1);
  });
});
