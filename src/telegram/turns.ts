import type { Clock } from '../base/clock.js';
import type { Ending } from '../base/ending.js';
import type { TelegramFailure } from './failure.js';
import { createSemaphore, type Semaphore } from './semaphore.js';

/**
 * The longest time that a call waits for its turn in a worker: somewhat less than the pool allows
 * for one use.
 */
export const maxTurnWaitMs = 50_000;

/** An auth key costs four round trips and some 60 ms of arithmetic. */
const keysAtOnce = 4;

/**
 * The turns that the connections of a worker take. Without turns, many exchanges at once would slow
 * each other until all time out. A data centre that does not answer delays only exchanges with it.
 */
export interface Turns {
  /** Returns the turns for key exchanges with one data centre. */
  keysOf(dataCentreId: number): Semaphore;
  /** The turns for long arithmetic, which never waits for the network. */
  readonly arithmetic: Semaphore;
}

export function createTurns(clock: Clock): Turns {
  const keys = new Map<number, Semaphore>();
  return {
    keysOf(dataCentreId) {
      const semaphore =
        keys.get(dataCentreId) ?? createSemaphore({ clock, permits: keysAtOnce, maxWaitMs: maxTurnWaitMs });
      keys.set(dataCentreId, semaphore);
      return semaphore;
    },
    arithmetic: createSemaphore({ clock, permits: 1, maxWaitMs: maxTurnWaitMs }),
  };
}

/**
 * Runs `work` when it is its turn. Rejects when `ending` ends, because the engine may leave the
 * work pending for ever; then the turn ends too. Calls `onTurn` when the wait begins and ends.
 */
export async function runInTurn<T>(
  semaphore: Semaphore,
  { ending, onTurn }: { readonly ending: Ending<TelegramFailure>; readonly onTurn: (waits: boolean) => void },
  work: () => Promise<T>,
): Promise<T> {
  let waited = false;
  const entering = semaphore.enter(() => {
    waited = true;
    onTurn(true);
  });
  const leave = await entering.finally(() => {
    if (waited) onTurn(false);
  });
  try {
    if (ending.error !== undefined) throw ending.error;
    return await ending.race(work());
  } finally {
    leave();
  }
}
