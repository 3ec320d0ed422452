import type { Clock } from '../base/clock.js';
import { unreachable } from './failure.js';

/** A semaphore that serves callers in their order. */
export interface Semaphore {
  /**
   * Resolves with a permit; if none is free, first calls `onWait` synchronously. Throws
   * `unreachable` after the longest wait, and when the semaphore closes.
   */
  enter(onWait?: () => void): Promise<Release>;
  /** Returns the number of callers that wait. */
  waiting(): number;
  /** Rejects all current and later callers. */
  close(): void;
}

/** Releases the permit. Must be called once. */
export type Release = () => void;

export interface SemaphoreOptions {
  readonly clock: Clock;
  readonly places: number;
  readonly maxWaitMs: number;
}

export function createSemaphore({ clock, places, maxWaitMs }: SemaphoreOptions): Semaphore {
  const queue = new Set<{ readonly admit: () => void; readonly reject: (why: string) => void }>();
  let free = places;
  let closed = false;

  const takePlace = (): Release => {
    free -= 1;
    return () => {
      free += 1;
      const [next] = queue;
      next?.admit();
    };
  };

  const waitInLine = (): Promise<Release> =>
    new Promise((resolve, reject) => {
      const step = () => {
        cancel();
        queue.delete(waiter);
      };
      const waiter = {
        admit() {
          step();
          resolve(takePlace());
        },
        reject(why: string) {
          step();
          reject(unreachable(why));
        },
      };
      const cancel = clock.after(maxWaitMs, () => waiter.reject(`no permit within ${maxWaitMs} ms`));
      queue.add(waiter);
    });

  return {
    async enter(onWait) {
      if (closed) throw unreachable('the semaphore is closed');
      if (free > 0) return takePlace();
      onWait?.();
      return waitInLine();
    },
    waiting: () => queue.size,
    close() {
      closed = true;
      for (const waiter of queue) waiter.reject('the semaphore is closed');
    },
  };
}
