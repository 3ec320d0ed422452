import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.js';

/**
 * How often something may happen: `max` times at once, and as often again, evenly spread, within
 * every `windowMs`.
 */
export interface Allowance {
  readonly max: number;
  readonly windowMs: number;
}

/** Counts recent events per key. Deletes a key once all its events are old enough. */
export interface LeakyBuckets {
  /** How many more times it may happen now. */
  room(key: string): number;
  /** How long until there is room for `count` more, one if absent; 0 if there is room now. */
  waitMs(key: string, count?: number): number;
  /** It has happened `count` times more, once if absent. */
  add(key: string, count?: number): void;
  /** Returns how long until the bucket is empty. */
  fillMs(key: string): number;
  /** Empties the bucket by so much. */
  remove(key: string, ms: number): void;
}

// A key takes about a hundred bytes. An attacker who can fill so many has easier ways than evicting
// the oldest.
const maxKeys = 100_000;

/** Returns buckets that start empty. The allowance may change; it is read each time. */
export function createLeakyBuckets(allowance: Allowance, clock: Clock): LeakyBuckets {
  const intervalMs = () => allowance.windowMs / allowance.max;
  /**
   * When the bucket will be empty; a key that is not here has an empty one. In the order of the
   * last change.
   */
  const emptyAt = new Map<string, number>();

  // A clock that was set back, or a shorter window, would leave a bucket more than full.
  const fillOf = (name: string) => Math.min(Math.max(0, (emptyAt.get(name) ?? 0) - clock.now()), allowance.windowMs);
  const fillMs = (key: string) => fillOf(digest(key));

  return {
    room: (key) => Math.max(0, Math.floor((allowance.windowMs - fillMs(key)) / intervalMs() + 1e-9)),
    waitMs: (key, count = 1) => Math.max(0, Math.ceil(fillMs(key) + count * intervalMs() - allowance.windowMs - 1e-6)),
    add(key, count = 1) {
      const name = digest(key);
      const at = clock.now() + fillOf(name) + count * intervalMs();
      emptyAt.delete(name);
      emptyAt.set(name, at);
      if (emptyAt.size <= maxKeys) return;
      const [oldest] = emptyAt.keys();
      if (oldest !== undefined) emptyAt.delete(oldest);
    },
    fillMs,
    remove(key, ms) {
      const name = digest(key);
      const at = emptyAt.get(name);
      if (at !== undefined) emptyAt.set(name, at - ms);
    },
  };
}

// Keys are untrusted input: long ones must not fill the memory, and none is stored in clear.
function digest(key: string): string {
  return hash('sha256', key, 'base64url');
}
