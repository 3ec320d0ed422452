import type { Clock } from '../base/clock.js';
import { TelegramFailure } from './failure.js';

/** A fixed number of places, given out in the order of asking. */
export interface Turnstile {
  /**
   * Resolves with a place once there is one; calls `onWait` at once where there is none yet.
   * Fails as `unreachable` after the longest wait, and when the turnstile closes.
   */
  enter(onWait?: () => void): Promise<LeavePlace>;
  /** How many are waiting for a place. */
  waiting(): number;
  /** Sends everybody away who waits, and all who come later. */
  close(): void;
}

/** Gives the place back. To be called once. */
export type LeavePlace = () => void;

export interface TurnstileOptions {
  readonly clock: Clock;
  readonly places: number;
  readonly longestWaitMs: number;
}

export function createTurnstile({ clock, places, longestWaitMs }: TurnstileOptions): Turnstile {
  const queue = new Set<{ readonly admit: () => void; readonly sendAway: (why: string) => void }>();
  let free = places;
  let closed = false;

  const takePlace = (): LeavePlace => {
    free -= 1;
    return () => {
      free += 1;
      const [next] = queue;
      next?.admit();
    };
  };

  const waitInLine = (): Promise<LeavePlace> =>
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
        sendAway(why: string) {
          step();
          reject(noPlace(why));
        },
      };
      const cancel = clock.after(longestWaitMs, () => waiter.sendAway(`no free place within ${longestWaitMs} ms`));
      queue.add(waiter);
    });

  return {
    async enter(onWait) {
      if (closed) throw noPlace('the turnstile is closed');
      if (free > 0) return takePlace();
      onWait?.();
      return waitInLine();
    },
    waiting: () => queue.size,
    close() {
      closed = true;
      for (const waiter of queue) waiter.sendAway('the turnstile is closed');
    },
  };
}

function noPlace(why: string): TelegramFailure {
  return new TelegramFailure({ kind: 'unreachable' }, { cause: new Error(why) });
}
