import { describe, expect, it } from 'vitest';
import { QueueFull, shareOf, WorkQueue } from '../../../src/base/work-queue.js';

/** Work that ends on command. */
function createWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => ended, end };
}

describe('a bounded queue', () => {
  it('runs and queues up to its limits, and refuses the rest at once', async () => {
    const queue = new WorkQueue({ maxConcurrent: 2, maxWaiting: 3 });
    const works = Array.from({ length: 5 }, createWork);
    const outcomes = works.map((work) => queue.run(work.run));
    expect(queue.load).toEqual({ running: 2, waiting: 3 });
    await expect(queue.run(() => Promise.resolve())).rejects.toBeInstanceOf(QueueFull);
    works.forEach((work) => work.end());
    await Promise.all(outcomes);
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
    expect(await queue.run(() => Promise.resolve('again'))).toBe('again');
  });

  it('runs in the order of arrival', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 10 });
    const begun: number[] = [];
    const work = (index: number) => () => Promise.resolve(begun.push(index));
    await Promise.all([0, 1, 2, 3].map((index) => queue.run(work(index))));
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('continues after work that failed', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 1 });
    const failing = queue.run(() => Promise.reject(new Error('failed')));
    const next = queue.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('done');
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
  });
});

describe('a share of a queue', () => {
  const bounds = { maxConcurrent: 3, maxWaiting: 4 };
  const shares = [{ key: 'one', maxConcurrent: 2, maxWaiting: 1 }];

  it('leaves the rest of the queue to other work, which overtakes its own waiting work', async () => {
    const queue = new WorkQueue(bounds);
    const works = Array.from({ length: 3 }, createWork);
    const outcomes = works.map((work) => queue.run(work.run, { shares }));
    await expect(queue.run(() => Promise.resolve(), { shares })).rejects.toBeInstanceOf(QueueFull);
    expect(queue.load).toEqual({ running: 2, waiting: 1 });
    expect(await queue.run(() => Promise.resolve('other'))).toBe('other');
    works.forEach((work) => work.end());
    await Promise.all(outcomes);
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
    expect(await queue.run(() => Promise.resolve('again'), { shares })).toBe('again');
  });

  it('counts work for every share that it is in', async () => {
    const queue = new WorkQueue(bounds);
    const [held, waiting] = [createWork(), createWork()];
    const both = ['one', 'two'].map((key) => ({ key, maxConcurrent: 1, maxWaiting: 1 }));
    const outcomes = [queue.run(held.run, { shares: both }), queue.run(waiting.run, { shares: both.slice(1) })];
    expect(queue.load).toEqual({ running: 1, waiting: 1 });
    held.end();
    waiting.end();
    await Promise.all(outcomes);
  });

  it('is at least one', () => {
    expect(shareOf({ maxConcurrent: 1, maxWaiting: 50 }, 'one', 1 / 8)).toEqual({
      key: 'one',
      maxConcurrent: 1,
      maxWaiting: 7,
    });
  });
});

it('a cancelled wait leaves its position to other work', async () => {
  const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 1 });
  const [held, next] = [createWork(), createWork()];
  const running = queue.run(held.run);
  const givingUp = new AbortController();
  const shares = [{ key: 'one', maxConcurrent: 1, maxWaiting: 1 }];
  const waiting = queue.run(() => expect.fail('it ran'), { shares, signal: givingUp.signal });
  givingUp.abort(new Error('too late'));
  await expect(waiting).rejects.toThrow('too late');
  const other = queue.run(next.run, { shares });
  held.end();
  next.end();
  await Promise.all([running, other]);
});
