import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { Secret } from '../../base/secret.js';
import { SingleFlight } from '../../base/single-flight.js';
import type { TokenHolder } from '../authority.js';

/** Remembers for a short time whose access tokens are, by their hashes. */
export interface HolderCache {
  /**
   * Asks `ask` unless the answer is known; equal questions at the same time are one. What `ask`
   * rejects with is not remembered.
   */
  holderOf(token: Secret, ask: () => Promise<TokenHolder>): Promise<TokenHolder>;
}

/** The dependencies of createHolderCache. */
export interface HolderCacheDeps {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** The oldest are forgotten first. */
  readonly maxEntries: number;
}

export function createHolderCache({ clock, ttlMs, maxEntries }: HolderCacheDeps): HolderCache {
  // In the order in which they were told, which is that in which they expire.
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
