import { canonicalAddress, type ThirdPartyAddress } from '../base/canonical-address.js';
import { type Mxid, parseMxid, serverNameOf } from '../base/mxid.js';
import { parseServerName } from '../base/server-name.js';
import type { AskedAddress } from './associations.js';
import { IdentityFailure } from './failure.js';

/** Returns the user whom a request names; throws mxid_invalid. */
export function readMxid(text: string): Mxid {
  const mxid = parseMxid(text);
  const isMxid = mxid !== undefined && parseServerName(serverNameOf(mxid)) !== undefined;
  if (!isMxid) throw new IdentityFailure({ kind: 'mxid_invalid' });
  return mxid;
}

/**
 * Returns the address that a request names, in its canonical form; throws medium_unsupported and
 * address_invalid.
 */
export function readAddress(asked: AskedAddress): ThirdPartyAddress {
  const { medium } = asked;
  if (medium !== 'email' && medium !== 'msisdn') throw new IdentityFailure({ kind: 'medium_unsupported' });
  const address = canonicalAddress(asked);
  if (!address) throw new IdentityFailure({ kind: 'address_invalid' });
  return address;
}

/**
 * Returns the lock of all that is decided about an address: who binds, unbinds or invites it waits
 * for the others.
 */
export function addressLock({ medium, address }: ThirdPartyAddress): string {
  return `identity address ${medium} ${address}`;
}
