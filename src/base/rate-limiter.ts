import type { Clock } from './clock.js';
import { createLeakyBuckets, type Allowance, type LeakyBuckets } from './leaky-buckets.js';

/** A rate limit. Create it once: in memory, each object has buckets of its own. */
export interface RateLimit {
  /** The name in the database, unique among all limits. */
  readonly name: string;
  readonly allowance: Allowance;
  /** Whether each daemon counts by itself, in memory. By default, all daemons count together. */
  readonly isLocal?: boolean;
}

/** An event that fills the bucket of `key`. */
export interface RateEvent {
  readonly limit: RateLimit;
  readonly key: string;
}

/** The result of counting events. */
export type RateAdmission =
  | {
      readonly isAdmitted: true;
      /** Counts these of the events no longer. Never rejects: if it fails, they stay counted. */
      revoke(events: readonly RateEvent[]): Promise<void>;
    }
  | { readonly isAdmitted: false; readonly retryAfterMs: number };

/**
 * Counts events in leaky buckets, which all daemons on one database share. Call it outside of
 * transactions. Throws DatabaseFailure if the database fails.
 */
export interface RateLimiter {
  /** Returns how long until all of these events are admitted; 0 if they are now. */
  waitMs(events: readonly RateEvent[]): Promise<number>;
  /** Counts all of these events, or none if one of them has no room. Their buckets must differ. */
  admit(events: readonly RateEvent[]): Promise<RateAdmission>;
  /** Deletes empty buckets. Must be called regularly. */
  sweep(): Promise<void>;
}

/** Creates the limiter of a daemon that shares its database with no other. */
export function createLocalRateLimiter(clock: Clock): RateLimiter {
  const bucketsOf = new WeakMap<RateLimit, LeakyBuckets>();
  const open = (limit: RateLimit) => {
    const buckets = bucketsOf.get(limit) ?? createLeakyBuckets(limit.allowance, clock);
    bucketsOf.set(limit, buckets);
    return buckets;
  };
  const waitMs = (events: readonly RateEvent[]) =>
    Math.max(0, ...events.map(({ limit, key }) => open(limit).waitMs(key)));

  return {
    waitMs: async (events) => waitMs(events),

    async admit(events) {
      const retryAfterMs = waitMs(events);
      if (retryAfterMs > 0) return { isAdmitted: false, retryAfterMs };
      const at = clock.now();
      const before = new Map(events.map((event) => [event, open(event.limit).fillMs(event.key)]));
      for (const { limit, key } of events) open(limit).add(key);
      return {
        isAdmitted: true,
        async revoke(revoked) {
          for (const event of revoked) {
            const { max, windowMs } = event.limit.allowance;
            // What was in the bucket before has drained first.
            const drainedMs = Math.max(0, clock.now() - at - (before.get(event) ?? 0));
            open(event.limit).remove(event.key, Math.max(0, windowMs / max - drainedMs));
          }
        },
      };
    },

    sweep: () => Promise.resolve(),
  };
}
