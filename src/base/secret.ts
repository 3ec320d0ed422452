import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const shown = '[secret]';

/** A value that no log, error or JSON shows: each way of printing it prints "[secret]". */
export class Secret<T extends string = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** Returns the value itself: call it only where the value leaves for its destination. */
  reveal(): T {
    return this.#value;
  }

  /** Returns whether both hold the same value, in a time that does not depend on if they differ. */
  equals(other: Secret): boolean {
    return timingSafeEqual(digest(this.#value), digest(other.reveal()));
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
