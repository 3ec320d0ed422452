import type { Clock } from '../../base/clock.js';

/** Counts failures of each user and says how long one must wait after too many. */
export interface FailureLimit {
  /** 0 where the user may try (milliseconds). */
  waitOf(user: string): number;
  count(user: string): void;
}

interface Window {
  readonly endsAt: number;
  readonly failures: number;
}

/** So many failures within a window that begins with the first. */
export function createFailureLimit(deps: {
  readonly max: number;
  readonly windowMs: number;
  readonly clock: Clock;
}): FailureLimit {
  const { max, windowMs, clock } = deps;
  const windows = new Map<string, Window>();
  const current = (user: string) => {
    const window = windows.get(user);
    return window && window.endsAt > clock.now() ? window : undefined;
  };

  return {
    waitOf(user) {
      const window = current(user);
      return window && window.failures >= max ? window.endsAt - clock.now() : 0;
    },

    count(user) {
      for (const [other, { endsAt }] of windows) if (endsAt <= clock.now()) windows.delete(other);
      const { endsAt, failures } = current(user) ?? { endsAt: clock.now() + windowMs, failures: 0 };
      windows.set(user, { endsAt, failures: failures + 1 });
    },
  };
}
