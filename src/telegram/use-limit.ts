import type { Clock } from '../base/clock.js';
import { TelegramFailure } from './failure.js';

/** The time that one use of a connection may take in all. */
export interface UseLimit {
  /** Throws `unreachable` where the time is over. */
  check(): void;
  /** From now on, the end of the time is no failure, but `act` is done. */
  insteadOfFailing(act: () => void): void;
  /** Settles as `part` does, or fails as `unreachable` at the end of the time; a later outcome of `part` is dropped. */
  race<T>(part: Promise<T>): Promise<T>;
  /** The use is over. */
  readonly end: () => void;
}

export function startUseLimit(clock: Clock, limitMs: number): UseLimit {
  const cause = new Error(`the connection was not ready within ${limitMs} ms`);
  const failure = (): TelegramFailure => new TelegramFailure({ kind: 'unreachable' }, { cause });
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
