import type { Clock } from '../../src/base/clock.js';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Advances the time, runs the due timers in order, and lets the promises that they settle run.
   */
  advance(ms: number): Promise<void>;
}

export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly at: number; readonly task: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const nextDue = (until: number) => [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => nowMs,
    after(delayMs, task) {
      const timer = { at: nowMs + delayMs, task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = nowMs + ms;
      await settle();
      for (let timer = nextDue(end); timer; timer = nextDue(end)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.at);
        timer.task();
        await settle();
      }
      nowMs = end;
      await settle();
    },
  };
}
