/** How much work a queue has at the moment. */
export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
}

/** How much work a queue takes on. */
export interface QueueBounds {
  /** The most pieces of work at a time. */
  readonly maxConcurrent: number;
  /** The most pieces of work that wait for their turn. */
  readonly maxWaiting: number;
}

/** Says that the queue is full; the work was not begun. */
export class QueueFull extends Error {
  constructor() {
    super('no room for more work');
    this.name = 'QueueFull';
  }
}

/** Does so much work at a time and no more, first come, first served; lets so much wait and no more. */
export class WorkQueue {
  readonly #bounds: QueueBounds;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get load(): QueueLoad {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** Settles as `work` does; throws QueueFull at once where there is no room. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Whoever is next takes over the place, so that nobody slips in between.
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#running < this.#bounds.maxConcurrent) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#bounds.maxWaiting) return Promise.reject(new QueueFull());
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
