import type { Clock } from '../base/clock.js';
import { unreachable, type TelegramFailure } from './failure.js';

/** The time limit of one use of a connection. */
export interface UseLimit {
  /** Throws `unreachable` after the end of the time. */
  check(): void;
  /** From now on, the end of the time calls `act` instead of failing. */
  insteadOfFailing(act: () => void): void;
  /**
   * Settles like `part`, or throws `unreachable` at the end of the time. A later result of `part`
   * is dropped.
   */
  race<T>(part: Promise<T>): Promise<T>;
  /** Ends the use. */
  readonly end: () => void;
}

export function startUseLimit(clock: Clock, limitMs: number): UseLimit {
  const cause = new Error(`the connection was not ready within ${limitMs} ms`);
  const failure = (): TelegramFailure => unreachable(cause);
  let isOver = false;
  let atEnd: () => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (atEnd = () => reject(failure())));
  failed.catch(() => undefined);
  const cancel = clock.after(limitMs, () => {
    isOver = true;
    atEnd();
  });

  return {
    check() {
      if (isOver) throw failure();
    },
    insteadOfFailing(act) {
      atEnd = act;
    },
    race: (part) => Promise.race([part, failed]),
    end: cancel,
  };
}
