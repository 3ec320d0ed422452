import { type Clock, elapsedMs, systemClock } from './clock.js';

/** A moment on the two clocks of this computer. */
interface Moment {
  readonly elapsedMs: number;
  readonly epochMs: number;
}

/**
 * A deadline that the threads of a process share. It is over as soon as the monotonic clock or the
 * system's time has passed it: a computer that slept may not have advanced the first.
 */
export interface SharedDeadline {
  /** The memory from which another thread opens the same deadline. */
  readonly memory: SharedArrayBuffer;
  isOver(): boolean;
  now(): Moment;
  /** Moves the deadline to `lifetimeMs` after that moment. */
  extend(since: Moment, lifetimeMs: number): void;
  /** Ends it now. */
  expire(): void;
}

/** The sources of time. */
export interface DeadlineClocks {
  readonly clock: Clock;
  /** Milliseconds of the monotonic clock, which all threads share. */
  readonly elapsedMs: () => number;
}

/** Creates a deadline that is over. */
export function createSharedDeadline(clocks: DeadlineClocks): SharedDeadline {
  return deadlineIn(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT), clocks);
}

/** Opens the deadline of another thread. */
export function openSharedDeadline(memory: SharedArrayBuffer): SharedDeadline {
  return deadlineIn(memory, { clock: systemClock, elapsedMs });
}

function deadlineIn(memory: SharedArrayBuffer, { clock, elapsedMs: elapsed }: DeadlineClocks): SharedDeadline {
  const deadlines = new BigInt64Array(memory);
  const store = (elapsedUntil: number, epochUntil: number) => {
    Atomics.store(deadlines, 0, BigInt(Math.floor(elapsedUntil)));
    Atomics.store(deadlines, 1, BigInt(Math.floor(epochUntil)));
  };
  return {
    memory,
    isOver: () => elapsed() >= Number(Atomics.load(deadlines, 0)) || clock.now() >= Number(Atomics.load(deadlines, 1)),
    now: () => ({ elapsedMs: elapsed(), epochMs: clock.now() }),
    extend: (since, lifetimeMs) => store(since.elapsedMs + lifetimeMs, since.epochMs + lifetimeMs),
    expire: () => store(0, 0),
  };
}
