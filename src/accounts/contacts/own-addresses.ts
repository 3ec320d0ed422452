import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { AccountAddress, AddressTokenRequest, ProofSession, RequestBody } from './account-addresses.js';

/**
 * The addresses of accounts that this daemon keeps itself, and the sessions (of purpose `account`) in which they are proven; whoever calls has
 * seen to the user-interactive authentication. Every method throws AccountFailure and ThreepidFailure.
 */
export interface OwnAddresses {
  /** Oldest first. */
  list(mxid: Mxid): Promise<readonly AccountAddress[]>;
  /** Throws AccountFailure address_in_use where that may be told; else an address in use gets a reply like any other. */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /** Whether the session is one of ours, in whatever state it is. */
  knows(session: ProofSession): Promise<boolean>;
  /** Uses the session up. Throws address_not_proven, and address_in_use for an address that any account has. */
  add(mxid: Mxid, session: ProofSession): Promise<void>;
  /** Whether the account had it. */
  remove(mxid: Mxid, address: ThirdPartyAddress): Promise<boolean>;
}
