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

/** The part of a queue that all work of one key may take together. */
export interface QueueShare extends QueueBounds {
  readonly key: string;
}

/** How a piece of work waits for its turn. */
export interface QueueOptions {
  /** The work counts for each of these. Defaults to none. */
  readonly shares?: readonly QueueShare[];
  /** Ends the wait with its reason. It does not end work that has begun. */
  readonly signal?: AbortSignal;
}

/** Thrown if the queue, or a share of it, is full. The work was not begun. */
export class QueueFull extends Error {
  constructor() {
    super('no room for more work');
    this.name = 'QueueFull';
  }
}

/** Returns the share of `part` (0 to 1) of these bounds, rounded up. */
export function shareOf({ maxConcurrent, maxWaiting }: QueueBounds, key: string, part: number): QueueShare {
  return { key, maxConcurrent: Math.ceil(maxConcurrent * part), maxWaiting: Math.ceil(maxWaiting * part) };
}

interface Waiting {
  readonly shares: readonly QueueShare[];
  readonly begin: () => void;
}

/**
 * Runs work in the order of its arrival, so many pieces at a time. Work whose share is taken up is
 * overtaken by work of others: it neither runs nor takes the place of what can run.
 */
export class WorkQueue {
  readonly #bounds: QueueBounds;
  readonly #waiting: Waiting[] = [];
  readonly #loads = new Map<string, QueueLoad>();
  #running = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get load(): QueueLoad {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** Settles as `work` does; throws QueueFull at once if there is no room. */
  async run<T>(work: () => Promise<T>, { shares = [], signal }: QueueOptions = {}): Promise<T> {
    await this.#turn(shares, signal);
    try {
      return await work();
    } finally {
      this.#change(shares, -1, 0);
      this.#beginWaiting();
    }
  }

  async #turn(shares: readonly QueueShare[], signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#canBegin(shares)) {
      this.#change(shares, 1, 0);
      return;
    }
    const isFull =
      this.#waiting.length >= this.#bounds.maxWaiting ||
      shares.some(({ key, maxWaiting }) => this.#loadOf(key).waiting >= maxWaiting);
    if (isFull) throw new QueueFull();
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        this.#change(shares, 0, -1);
        reject(signal?.reason as Error);
      };
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const entry = { shares, begin };
      this.#waiting.push(entry);
      this.#change(shares, 0, 1);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** What waits could not begin before, so what has just ended decides what can begin now. */
  #beginWaiting(): void {
    for (let index = 0; index < this.#waiting.length && this.#running < this.#bounds.maxConcurrent;) {
      const entry = this.#waiting[index];
      if (entry === undefined || !this.#canBegin(entry.shares)) {
        index += 1;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#change(entry.shares, 1, -1);
      entry.begin();
    }
  }

  #canBegin(shares: readonly QueueShare[]): boolean {
    if (this.#running >= this.#bounds.maxConcurrent) return false;
    return shares.every(({ key, maxConcurrent }) => this.#loadOf(key).running < maxConcurrent);
  }

  #loadOf(key: string): QueueLoad {
    return this.#loads.get(key) ?? { running: 0, waiting: 0 };
  }

  #change(shares: readonly QueueShare[], running: number, waiting: number): void {
    this.#running += running;
    for (const { key } of shares) {
      const load = this.#loadOf(key);
      const changed = { running: load.running + running, waiting: load.waiting + waiting };
      if (changed.running + changed.waiting === 0) this.#loads.delete(key);
      else this.#loads.set(key, changed);
    }
  }
}
