/** Limits how many calls run at the same time for each key. A key without calls takes no memory. */
export class KeyedLimit {
  readonly #running = new Map<string, number>();

  constructor(readonly max: number) {}

  /** Runs `work`, or returns undefined if `max` calls for the key are running. */
  tryRun<T>(key: string, work: () => Promise<T>): Promise<T> | undefined {
    const running = this.#running.get(key) ?? 0;
    if (running >= this.max) return undefined;
    this.#running.set(key, running + 1);
    return work().finally(() => {
      const left = (this.#running.get(key) ?? 1) - 1;
      if (left === 0) this.#running.delete(key);
      else this.#running.set(key, left);
    });
  }
}
