import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Secret } from '../../base/secret.js';

/** What names a session of the homeserver. */
export interface HomeserverSessionKey {
  readonly sid: string;
  readonly clientSecret: Secret;
}

/**
 * If it is kept which address is proven in which session of the homeserver: sessions as keyed
 * hashes only, addresses sealed.
 */
export interface HomeserverSessionStore {
  /** Returns undefined if it is not known, or not at `now` (epoch ms) any more. */
  findAddress(key: HomeserverSessionKey, now: number): Promise<ThirdPartyAddress | undefined>;
  /** Remembers it until `expiresAt` (epoch ms), in place of what was known of the session. */
  save(key: HomeserverSessionKey, address: ThirdPartyAddress, expiresAt: number): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}
