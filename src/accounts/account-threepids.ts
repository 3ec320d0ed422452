import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';

/** The 3PIDs of the accounts on this server. Only these may resolve a login. */
export interface AccountThreepids {
  /** Returns the user that the 3PID was added to, or undefined if it belongs to no account. */
  findUser(address: ThirdPartyAddress): Promise<Mxid | undefined>;
}
