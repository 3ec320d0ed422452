import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Clock } from '../base/clock.js';
import { networkOf } from '../base/ip-networks.js';
import { type Allowance, createLeakyBuckets } from '../base/leaky-buckets.js';
import { serverNameOf, type Mxid, type ServerName } from '../base/mxid.js';
import { type BucketCount, createSharedBudget, type QuotaGroupsOf } from '../base/quota-groups.js';
import { IdentityFailure } from './failure.js';

/** The rate limits of invite mails. */
export interface InviteAllowances {
  readonly perSender: Allowance;
  /** All users of one other server, because Matrix IDs cost its owner nothing. */
  readonly perServer: Allowance;
  /**
   * One network (IPv4 /24, IPv6 /56), from which a homeserver may forward the invites of all its
   * users.
   */
  readonly perNetwork: Allowance;
  /** One e-mail address. Each quota group has a part of the limit. */
  readonly perAddress: Allowance;
}

/** The sender and the receiver of an invite. */
export interface InviteParties {
  readonly sender: Mxid;
  /** The user of the access token, or undefined if the sender is only claimed. */
  readonly caller: Mxid | undefined;
  readonly clientAddress: string;
  readonly address: ThirdPartyAddress;
}

/** Counts invites. */
export interface InviteLimits {
  /** Counts an invite. Throws rate_limited, and counts nothing then. */
  admit(parties: InviteParties): void;
}

export interface InviteLimitsDeps {
  readonly allowances: InviteAllowances;
  /** Users of this server do not count towards a server's limit. */
  readonly ownServer: ServerName;
  readonly quotaGroupsOf: QuotaGroupsOf;
  readonly clock: Clock;
}

const clientPrefixes = { ipv4: 32, ipv6: 64 } as const;
const networkPrefixes = { ipv4: 24, ipv6: 56 } as const;

/** Creates limits with empty counts. */
export function createInviteLimits({ allowances, ownServer, quotaGroupsOf, clock }: InviteLimitsDeps): InviteLimits {
  const senders = createLeakyBuckets(allowances.perSender, clock);
  const servers = createLeakyBuckets(allowances.perServer, clock);
  const networks = createLeakyBuckets(allowances.perNetwork, clock);
  const addresses = createSharedBudget(allowances.perAddress, quotaGroupsOf, clock);
  return {
    admit({ sender, caller, clientAddress, address: { medium, address } }) {
      const client = networkOf(clientAddress, clientPrefixes);
      const server = caller && serverNameOf(caller);
      const counts: readonly BucketCount[] = [
        // A claimed sender does not use up the limit of the user that it names.
        [senders, caller ?? `${client} ${sender}`],
        ...(server === undefined || server === ownServer ? [] : [[servers, server] as const]),
        [networks, networkOf(clientAddress, networkPrefixes)],
        ...addresses.countsOf({ client, mxid: caller }, `${medium} ${address}`),
      ];
      const retryAfterMs = Math.max(...counts.map(([buckets, key]) => buckets.waitMs(key)));
      if (retryAfterMs > 0) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs });
      for (const [buckets, key] of counts) buckets.add(key);
    },
  };
}
