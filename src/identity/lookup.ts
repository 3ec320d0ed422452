import type { Mxid } from '../base/mxid.js';

/** How addresses are to be hashed (identity service API, "hash_details"). */
export interface HashDetails {
  readonly algorithms: readonly string[];
  readonly lookupPepper: string;
}

/** Lookups of hashed addresses. Every method throws IdentityFailure. */
export interface Lookup {
  hashDetails(): Promise<HashDetails>;
  /** Those of `addresses`, as they were sent, that are published: algorithm_unknown, too_many_addresses, pepper_wrong, rate_limited. */
  lookUp(question: {
    readonly algorithm: string;
    readonly pepper: string;
    readonly addresses: readonly string[];
    /** Who asks, as far as limits go: the user, or what stands for the client's address. */
    readonly caller: string;
  }): Promise<ReadonlyMap<string, Mxid>>;
}
