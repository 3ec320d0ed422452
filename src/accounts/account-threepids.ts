import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';

/**
 * Which addresses were added to which account of our own server; only these may resolve a login.
 */
export interface AccountThreepids {
  /** Whose address it is, or undefined if it was added to no account. */
  findUser(address: ThirdPartyAddress): Promise<Mxid | undefined>;
}
