import type { Clock } from '../../base/clock.js';
import { createSemaphore, type Semaphore } from '../semaphore.js';

/** The longest time that a call waits for its turn in a worker: somewhat less than the pool lets one use take. */
export const longestTurnWaitMs = 50_000;

/** An auth key costs four round trips and some 60 ms of arithmetic. */
const keysAtOnce = 4;

/**
 * What the connections of a worker take turns at, as it would take so long for all at once that none came to its end in
 * time. A data centre that does not answer holds up only those who want a key from it.
 */
export interface Turns {
  /** The making of auth keys with one data centre. */
  keysOf(dataCentreId: number): Semaphore;
  /** Arithmetic that takes long, and waits for nobody. */
  readonly arithmetic: Semaphore;
}

export function createTurns(clock: Clock): Turns {
  const keys = new Map<number, Semaphore>();
  return {
    keysOf(dataCentreId) {
      const semaphore =
        keys.get(dataCentreId) ?? createSemaphore({ clock, places: keysAtOnce, longestWaitMs: longestTurnWaitMs });
      keys.set(dataCentreId, semaphore);
      return semaphore;
    },
    arithmetic: createSemaphore({ clock, places: 1, longestWaitMs: longestTurnWaitMs }),
  };
}
