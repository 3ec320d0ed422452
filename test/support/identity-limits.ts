import type { Mxid } from '../../src/base/mxid.js';
import type { InviteAllowances } from '../../src/identity/invite-limits.js';
import type { LookupAllowances, LookupCaller } from '../../src/identity/lookup-limits.js';

const many = { max: 1_000_000, windowMs: 86_400_000 };

/** Limits of lookups and invites that no test reaches unless it sets others. */
export const generous = { perServer: many, perNetwork: many } as const satisfies Partial<LookupAllowances> &
  Partial<InviteAllowances>;

/** A caller of lookups: a user by Matrix ID, or else a client by its IP address. */
export function lookupCaller(name: string, clientAddress = '198.51.100.7'): LookupCaller {
  return name.startsWith('@') ? { mxid: name as Mxid, clientAddress } : { mxid: undefined, clientAddress: name };
}
