import { describe, expect, it } from 'vitest';
import { createSemaphore } from '../../../src/telegram/semaphore.js';
import { createFakeClock } from '../../support/fake-clock.js';

const createOne = () => {
  const clock = createFakeClock();
  return { clock, semaphore: createSemaphore({ clock, permits: 1, maxWaitMs: 1_000 }) };
};

const unreachable = (message: string) => ({ details: { kind: 'unreachable' }, cause: { message } });

describe('a semaphore', () => {
  it('serves callers in their order, and reports only those that wait', async () => {
    const { semaphore } = createOne();
    const served: string[] = [];
    const waits: string[] = [];
    const release = await semaphore.enter(() => waits.push('first'));
    const later = ['second', 'third'].map(async (name) => {
      const releaseLater = await semaphore.enter(() => waits.push(name));
      served.push(name);
      releaseLater();
    });
    expect({ waits, waiting: semaphore.waiting() }).toEqual({ waits: ['second', 'third'], waiting: 2 });
    release();
    await Promise.all(later);
    expect({ served, waiting: semaphore.waiting() }).toEqual({ served: ['second', 'third'], waiting: 0 });
  });

  it('rejects a caller after the longest wait, and keeps its permits', async () => {
    const { clock, semaphore } = createOne();
    const release = await semaphore.enter();
    const late = expect(semaphore.enter()).rejects.toMatchObject(unreachable('no permit within 1000 ms'));
    await Promise.all([late, clock.advance(1_000)]);
    release();
    expect(await semaphore.enter()).toBeTypeOf('function');
    expect(semaphore.waiting()).toBe(0);
  });

  it('rejects the callers that wait when it closes, and all later ones, also if a permit is free', async () => {
    const { semaphore } = createOne();
    const release = await semaphore.enter();
    const waiting = expect(semaphore.enter()).rejects.toMatchObject(unreachable('the semaphore is closed'));
    semaphore.close();
    await waiting;
    await expect(semaphore.enter()).rejects.toMatchObject(unreachable('the semaphore is closed'));
    release();
    await expect(semaphore.enter()).rejects.toMatchObject(unreachable('the semaphore is closed'));
  });
});
