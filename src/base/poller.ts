import type { Cancel, Clock } from './clock.js';

/** Looks for work when it is woken, and by itself after a while. */
export interface Poller {
  start(): void;
  /** There may be something to do now. */
  wake(): void;
  /** Resolves when a look that is under way is over; there is none after that. */
  stop(): Promise<void>;
}

export interface PollerDeps {
  readonly clock: Clock;
  /** Looks once, and returns after how many milliseconds it should look again. */
  readonly poll: () => Promise<number>;
  /** How long to wait after a look that failed. */
  readonly afterFailureMs: number;
  readonly failed: (error: unknown) => void;
}

/** One look at a time. A wake during a look is followed by another look. */
export function createPoller({ clock, poll, afterFailureMs, failed }: PollerDeps): Poller {
  let isStarted = false;
  let looking: Promise<void> | undefined;
  let isWoken = false;
  let cancel: Cancel = () => undefined;

  async function lookAndPlan(): Promise<void> {
    const waitMs = await poll().catch((error: unknown) => {
      failed(error);
      return afterFailureMs;
    });
    looking = undefined;
    if (!isStarted) return;
    cancel = clock.after(isWoken ? 0 : waitMs, wake);
    isWoken = false;
  }

  function wake(): void {
    if (!isStarted) return;
    isWoken = looking !== undefined;
    if (looking) return;
    cancel();
    looking = lookAndPlan();
  }

  return {
    start() {
      isStarted = true;
      wake();
    },
    wake,
    async stop() {
      isStarted = false;
      cancel();
      await looking;
    },
  };
}
