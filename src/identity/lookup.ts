import type { Mxid } from '../base/mxid.js';
import type { LookupCaller } from './lookup-limits.js';

/** How clients must hash addresses (identity service API, "hash_details"). */
export interface HashDetails {
  readonly algorithms: readonly string[];
  readonly lookupPepper: string;
}

/** Lookups of hashed addresses. Each method throws IdentityFailure. */
export interface Lookup {
  hashDetails(): Promise<HashDetails>;
  /**
   * Returns the bound ones of `addresses`, as they were sent. Throws algorithm_unknown,
   * too_many_addresses, pepper_wrong and rate_limited.
   */
  lookUp(question: {
    readonly algorithm: string;
    readonly pepper: string;
    readonly addresses: readonly string[];
    readonly caller: LookupCaller;
  }): Promise<ReadonlyMap<string, Mxid>>;
}
