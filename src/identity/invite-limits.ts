import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Clock } from '../base/clock.js';
import { type Allowance, createLeakyBuckets } from '../base/leaky-buckets.js';
import type { Mxid } from '../base/mxid.js';
import { IdentityFailure } from './failure.js';

/** How often invites may be mailed. */
export interface InviteAllowances {
  readonly perSender: Allowance;
  /** Of one client address, from which a homeserver may pass on the invites of all its users. */
  readonly perClient: Allowance;
  /** To one e-mail address, whoever invites. */
  readonly perAddress: Allowance;
}

/** Who invites whom. */
export interface InviteParties {
  readonly sender: Mxid;
  /** Whether somebody has vouched for the sender. */
  readonly isKnown: boolean;
  readonly client: string;
  readonly address: ThirdPartyAddress;
}

/** Counts invites. */
export interface InviteLimits {
  /** Counts one more; throws rate_limited, and then counts nothing. */
  admit(parties: InviteParties): void;
}

/** Limits that have counted nothing yet. */
export function createInviteLimits(allowances: InviteAllowances, clock: Clock): InviteLimits {
  const senders = createLeakyBuckets(allowances.perSender, clock);
  const clients = createLeakyBuckets(allowances.perClient, clock);
  const addresses = createLeakyBuckets(allowances.perAddress, clock);
  return {
    admit({ sender, isKnown, client, address: { medium, address } }) {
      // Whoever only says who they are takes nothing from those whom they name.
      const counts = [
        { buckets: senders, key: isKnown ? sender : `${client} ${sender}` },
        { buckets: clients, key: client },
        { buckets: addresses, key: `${medium} ${address}` },
      ];
      const retryAfterMs = Math.max(...counts.map(({ buckets, key }) => buckets.waitMs(key)));
      if (retryAfterMs > 0) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs });
      for (const { buckets, key } of counts) buckets.add(key);
    },
  };
}
