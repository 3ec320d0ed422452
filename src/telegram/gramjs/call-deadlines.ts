import type { Cancel, Clock } from '../../base/clock.js';
import { DeadlineExceeded } from '../../base/deadline.js';

/** The deadlines of the calls of one connection. */
export interface CallDeadlines {
  /**
   * Settles as `work` does, or rejects with DeadlineExceeded `limitMs` after the call began or last got a turn,
   * whichever is later; a later outcome of `work` is dropped.
   */
  keep<T>(limitMs: number, work: Promise<T>): Promise<T>;
  /** Says that the calls under way wait for a turn (for `longestWaitMs` at most), or have got it. */
  setWaiting(waits: boolean): void;
}

/** Deadlines that leave out the time in which calls wait for each other: that is our own doing, and not Telegram's. */
export function createCallDeadlines(clock: Clock, longestWaitMs: number): CallDeadlines {
  const restarts = new Set<() => void>();
  let waiting = false;

  return {
    keep: (limitMs, work) =>
      new Promise((resolve, reject) => {
        let cancel: Cancel = () => undefined;
        const restart = () => {
          cancel();
          const afterMs = waiting ? longestWaitMs : limitMs;
          cancel = clock.after(afterMs, () => reject(new DeadlineExceeded(afterMs)));
        };
        restart();
        restarts.add(restart);
        work.then(resolve, reject).finally(() => {
          cancel();
          restarts.delete(restart);
        });
      }),
    setWaiting(waits) {
      waiting = waits;
      for (const restart of restarts) restart();
    },
  };
}
