/** Cancels what it was returned for; calling it twice does nothing. */
export type Cancel = () => void;

/** Time as an argument: nothing else in this project reads the time or waits. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Runs `task` once after `delayMs`, unless cancelled before. A pending timer does not keep the
   * process alive.
   */
  after(delayMs: number, task: () => void): Cancel;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Returns the milliseconds of the monotonic clock, which all threads of this computer share. */
export function elapsedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Resolves after `delayMs` on the given clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}
