import { describe, expect, it } from 'vitest';
import { QueueFull, WorkQueue } from '../../../src/base/work-queue.js';

/** Work that ends when it is told to. */
function createWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => ended, end };
}

describe('a bounded queue', () => {
  it('does so much at a time, lets so much wait, and refuses the rest at once', async () => {
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

  it('goes by the order of arrival', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 10 });
    const begun: number[] = [];
    const work = (index: number) => () => Promise.resolve(begun.push(index));
    await Promise.all([0, 1, 2, 3].map((index) => queue.run(work(index))));
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('goes on after work that failed', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 1 });
    const failing = queue.run(() => Promise.reject(new Error('failed')));
    const next = queue.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('done');
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
  });
});
