import type { Clock } from './clock.js';

/** Remembers values for a while, each for its own. */
export interface ExpiringMap<T> {
  /** Returns undefined if nothing is remembered under the key, or no longer. */
  get(key: string): T | undefined;
  set(key: string, value: T, forMs: number): void;
}

/** Returns an empty map that evicts the oldest entry if it would exceed `maxEntries`. */
export function createExpiringMap<T>({ maxEntries, clock }: { maxEntries: number; clock: Clock }): ExpiringMap<T> {
  const entries = new Map<string, { readonly value: T; readonly expiresAt: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined || clock.now() < entry.expiresAt) return entry?.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, forMs) {
      entries.delete(key);
      entries.set(key, { value, expiresAt: clock.now() + forMs });
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
  };
}
