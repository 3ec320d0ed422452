import type { Clock } from '../../src/base/clock.js';
import { TelegramFailure } from '../../src/telegram/failure.js';

/** Pending calls that fail together as `unreachable` when their owner ends. */
export class OpenWaits {
  readonly #settles = new Set<() => void>();
  #ended = false;

  /** Waits for `work`. */
  until(work: Promise<void>): Promise<void> {
    return this.#wait((resolve) => void work.then(resolve));
  }

  /** Waits until the deadline. */
  unanswered(clock: Clock, deadlineMs: number): Promise<void> {
    return this.#wait((_, fail) => void clock.after(deadlineMs, fail));
  }

  end(): void {
    this.#ended = true;
    for (const settle of this.#settles) settle();
  }

  #wait(begin: (resolve: () => void, fail: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new TelegramFailure({ kind: 'unreachable' }));
      if (this.#ended) return fail();
      this.#settles.add(fail);
      begin(resolve, fail);
    });
  }
}
