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
  readonly permits: number;
  readonly maxWaitMs: number;
}

export function createSemaphore({ clock, permits, maxWaitMs }: SemaphoreOptions): Semaphore {
  const queue = new Set<{ readonly admit: () => void; readonly reject: (why: string) => void }>();
  let free = permits;
  let closed = false;

  const takePermit = (): Release => {
    free -= 1;
    return () => {
      free += 1;
      const [next] = queue;
      next?.admit();
    };
  };

  const waitForPermit = (): Promise<Release> =>
    new Promise((resolve, reject) => {
      const leaveQueue = () => {
        cancel();
        queue.delete(waiter);
      };
      const waiter = {
        admit() {
          leaveQueue();
          resolve(takePermit());
        },
        reject(why: string) {
          leaveQueue();
          reject(unreachable(why));
        },
      };
      const cancel = clock.after(maxWaitMs, () => waiter.reject(`no permit within ${maxWaitMs} ms`));
      queue.add(waiter);
    });

  return {
    async enter(onWait) {
      if (closed) throw unreachable('the semaphore is closed');
      if (free > 0) return takePermit();
      onWait?.();
      return waitForPermit();
    },
    waiting: () => queue.size,
    close() {
      closed = true;
      for (const waiter of queue) waiter.reject('the semaphore is closed');
    },
  };
}
