import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { Secret } from '../../base/secret.js';
import { SingleFlight } from '../../base/single-flight.js';
import type { TokenHolder } from '../authority.js';

/** Caches the holders of access tokens for a short time, by the hashes of the tokens. */
export interface HolderCache {
  /**
   * Calls `ask` unless the answer is cached. Concurrent calls for one token share one request.
   * Rejections of `ask` are not cached.
   */
  holderOf(token: Secret, ask: () => Promise<TokenHolder>): Promise<TokenHolder>;
}

export interface HolderCacheDeps {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** The oldest entries are evicted first. */
  readonly maxEntries: number;
}

export function createHolderCache({ clock, ttlMs, maxEntries }: HolderCacheDeps): HolderCache {
  // In the order of insertion, which is also the order of expiry.
  const known = new Map<string, { readonly holder: TokenHolder; readonly until: number }>();
  const flight = new SingleFlight();

  return {
    holderOf(token, ask) {
      const key = createHash('sha256').update(token.reveal()).digest('base64');
      const entry = known.get(key);
      if (entry !== undefined && clock.now() < entry.until) return Promise.resolve(entry.holder);
      known.delete(key);
      return flight.run(key, async () => {
        const askedAt = clock.now();
        const holder = await ask();
        known.set(key, { holder, until: askedAt + ttlMs });
        for (const oldest of known.keys()) {
          if (known.size <= maxEntries) break;
          known.delete(oldest);
        }
        return holder;
      });
    },
  };
}
