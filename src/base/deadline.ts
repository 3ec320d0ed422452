import type { Clock } from './clock.js';

/** Thrown when work does not settle within its time limit. */
export class DeadlineExceeded extends Error {
  constructor(readonly afterMs: number) {
    super(`no answer within ${afterMs} ms`);
    this.name = 'DeadlineExceeded';
  }
}

/**
 * Settles as `work` does, or rejects with DeadlineExceeded after `limitMs`; a later outcome of
 * `work` is dropped.
 */
export function withDeadline<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new DeadlineExceeded(limitMs)));
    work.then(resolve, reject).finally(cancel);
  });
}
