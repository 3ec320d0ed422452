import type { Cancel, Clock } from '../base/clock.js';
import { DeadlineExceeded } from '../base/deadline.js';

/** The deadlines of the calls of one connection. */
export interface CallDeadlines {
  /**
   * Settles like `work`, or rejects with DeadlineExceeded `limitMs` after the call began or last
   * got its turn, whichever is later. A later result of `work` is dropped.
   */
  keep<T>(limitMs: number, work: Promise<T>): Promise<T>;
  /** Pauses the deadlines of the calls under way, for at most `maxWaitMs`, or resumes them. */
  setWaiting(waits: boolean): void;
}

/**
 * Creates deadlines that exclude the time in which calls wait for each other, because this daemon
 * causes that delay and not Telegram.
 */
export function createCallDeadlines(clock: Clock, maxWaitMs: number): CallDeadlines {
  const restarts = new Set<() => void>();
  let waiting = false;

  return {
    keep: (limitMs, work) =>
      new Promise((resolve, reject) => {
        let cancel: Cancel = () => undefined;
        const restart = () => {
          cancel();
          const afterMs = waiting ? maxWaitMs : limitMs;
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
