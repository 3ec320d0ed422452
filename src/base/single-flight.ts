/** Lets equal pieces of work that are asked for at the same time run once and share the outcome. */
export class SingleFlight {
  readonly #running = new Map<string, Promise<unknown>>();

  /**
   * Joins the work that runs under `key`, or starts `work`. The caller sees to it that equal keys
   * mean equal work and type.
   */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key) as Promise<T> | undefined;
    if (running) return running;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
