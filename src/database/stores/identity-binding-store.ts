import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/**
 * An address that a user has published at somebody else's identity server. Address, session and
 * secret are sealed at rest.
 */
export interface IdentityBindingRecord extends ThirdPartyAddress {
  readonly id: string;
  readonly mxid: Mxid;
  readonly idServer: string;
  /** The session at that server in which the address was proven. */
  readonly sid: string;
  readonly clientSecret: Secret;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Where it is kept which users have published which addresses where. */
export interface IdentityBindingStore {
  /** In the place of an older one of the same user, address and server. */
  save(record: IdentityBindingRecord): Promise<void>;
  /** Oldest first. */
  list(mxid: Mxid, address: ThirdPartyAddress): Promise<IdentityBindingRecord[]>;
  /** Oldest first. */
  listByUser(mxid: Mxid): Promise<IdentityBindingRecord[]>;
  delete(id: string): Promise<void>;
  deleteByUser(mxid: Mxid): Promise<void>;
}
