import { describe, expect, it } from 'vitest';
import { createExpiringMap } from '../../../src/base/expiring-map.js';
import { createFakeClock } from '../../support/fake-clock.js';

describe('an expiring map', () => {
  it('deletes each value at its own time', async () => {
    const clock = createFakeClock();
    const map = createExpiringMap<string>({ maxEntries: 10, clock });
    map.set('a', 'short', 10);
    map.set('b', 'long', 20);
    await clock.advance(9);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual(['short', 'long', undefined]);
    await clock.advance(1);
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 'long']);
    map.set('b', 'longer', 20);
    await clock.advance(19);
    expect(map.get('b')).toBe('longer');
  });

  it('deletes the oldest value if it is full', () => {
    const map = createExpiringMap<number>({ maxEntries: 2, clock: createFakeClock() });
    map.set('a', 1, 10);
    map.set('b', 2, 10);
    map.set('a', 3, 10);
    map.set('c', 4, 10);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  });
});
