import { canonicalAddress, type ThirdPartyAddress } from '../base/canonical-address.js';
import { type Mxid, parseMxid, serverNameOf } from '../base/mxid.js';
import { parseServerName } from '../base/server-name.js';
import type { AskedAddress } from './associations.js';
import { IdentityFailure } from './failure.js';

/** Returns the user that a request names. Throws mxid_invalid. */
export function readMxid(text: string): Mxid {
  const mxid = parseMxid(text);
  const isMxid = mxid !== undefined && parseServerName(serverNameOf(mxid)) !== undefined;
  if (!isMxid) throw new IdentityFailure({ kind: 'mxid_invalid' });
  return mxid;
}

/**
 * Returns the canonical form of the 3PID that a request names. Throws medium_unsupported and
 * address_invalid.
 */
export function readAddress(asked: AskedAddress): ThirdPartyAddress {
  const { medium } = asked;
  if (medium !== 'email' && medium !== 'msisdn') throw new IdentityFailure({ kind: 'medium_unsupported' });
  const address = canonicalAddress(asked);
  if (!address) throw new IdentityFailure({ kind: 'address_invalid' });
  return address;
}

/** Returns the name of the lock that serializes binds, unbinds and invites of a 3PID. */
export function addressLock({ medium, address }: ThirdPartyAddress): string {
  return `identity address ${medium} ${address}`;
}
