/**
 * Ends waits for work that may never settle. Unlike Promise.race with a promise that lives long, it
 * keeps nothing of work that has settled.
 */
export class Ending<E extends Error> {
  #error: E | undefined;
  readonly #waits = new Set<(error: E) => void>();

  /** The error that has ended the waits, if any. */
  get error(): E | undefined {
    return this.#error;
  }

  /** Rejects all current and later waits. Only the first error counts. */
  end(error: E): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const reject of this.#waits) reject(error);
    this.#waits.clear();
  }

  /** Settles like `work`, or rejects when the waits end. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error === undefined) this.#waits.add(reject);
      else reject(this.#error);
      const settle = (settled: () => void): void => {
        this.#waits.delete(reject);
        settled();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }
}
