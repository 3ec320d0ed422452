import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { Allowance } from '../base/leaky-buckets.js';
import type { Random } from '../base/random.js';
import { IdentityFailure } from './failure.js';

/** What createLookupLimits needs. */
export interface LookupLimitsDeps {
  /** In one question. */
  readonly maxAddresses: number;
  /** Different addresses that one may ask about: so many at once, and as many again, evenly spread, within every window. */
  readonly perCaller: Allowance;
  readonly clock: Clock;
  readonly random: Random;
}

/** Counts the addresses that somebody asks about. */
export interface LookupLimits {
  /** Throws too_many_addresses. */
  requireFew(addresses: readonly unknown[]): void;
  /** Counts what is new in a question; throws too_many_addresses and rate_limited, and then counts nothing. */
  admit(caller: string, addresses: readonly string[]): void;
}

interface Caller {
  /** When the bucket of this caller will be empty. */
  emptyAt: number;
  /** Short hashes of what was asked since; asking again is free. */
  readonly seen: Set<number>;
  readonly since: number;
}

// Each takes some 30 bytes. Whoever has so many accounts has other ways than to make us forget what the first of them asked.
const maxRemembered = 1_000_000;

/** Limits that have counted nothing yet. */
export function createLookupLimits({ maxAddresses, perCaller, clock, random }: LookupLimitsDeps): LookupLimits {
  const { max, windowMs } = perCaller;
  const intervalMs = windowMs / max;
  const limit = Math.min(maxAddresses, max);
  /** In the order of the last question. */
  const callers = new Map<string, Caller>();
  // Or else one could choose what has the short hash of what was asked before.
  const salt = random.bytes(16);
  let remembered = 0;

  /** 30 bits: the engine keeps integers of that size without a box. */
  const shortHash = (address: string) =>
    createHash('sha256').update(salt).update(address).digest().readUInt32BE(0) >>> 2;

  const forget = (key: string, { seen }: Caller) => {
    callers.delete(key);
    remembered -= seen.size;
  };

  const callerOf = (key: string): Caller => {
    const now = clock.now();
    const known = callers.get(key);
    if (known && known.since + windowMs > now) return known;
    if (known) forget(key, known);
    const caller = { emptyAt: known?.emptyAt ?? now, seen: new Set<number>(), since: now };
    callers.set(key, caller);
    return caller;
  };

  const requireFew = (addresses: readonly unknown[]) => {
    if (addresses.length > limit) throw new IdentityFailure({ kind: 'too_many_addresses', limit });
  };

  return {
    requireFew,

    admit(name, addresses) {
      requireFew(addresses);
      const key = createHash('sha256').update(salt).update(name).digest('base64url');
      const caller = callerOf(key);
      const fresh = new Set(addresses.map(shortHash).filter((hash) => !caller.seen.has(hash)));
      const fillMs = Math.max(0, caller.emptyAt - clock.now());
      const retryAfterMs = Math.ceil(fillMs + fresh.size * intervalMs - windowMs - 1e-6);
      if (fresh.size > 0 && retryAfterMs > 0) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs });
      caller.emptyAt = clock.now() + fillMs + fresh.size * intervalMs;
      for (const hash of fresh) caller.seen.add(hash);
      remembered += fresh.size;
      callers.delete(key);
      callers.set(key, caller);
      for (const [oldest, other] of callers) {
        if (callers.size + remembered <= maxRemembered || oldest === key) break;
        forget(oldest, other);
      }
    },
  };
}
