import type { Mxid } from '../base/mxid.js';
import type { LookupCaller } from './lookup-limits.js';

/** How addresses are to be hashed (identity service API, "hash_details"). */
export interface HashDetails {
  readonly algorithms: readonly string[];
  readonly lookupPepper: string;
}

/** Lookups of hashed addresses. Every method throws IdentityFailure. */
export interface Lookup {
  hashDetails(): Promise<HashDetails>;
  /**
   * Returns those of `addresses`, as they were sent, that are published: algorithm_unknown,
   * too_many_addresses, pepper_wrong, rate_limited.
   */
  lookUp(question: {
    readonly algorithm: string;
    readonly pepper: string;
    readonly addresses: readonly string[];
    readonly caller: LookupCaller;
  }): Promise<ReadonlyMap<string, Mxid>>;
}
