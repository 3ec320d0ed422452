import type { ThirdPartyAddress } from '../base/canonical-address.js';
import { networkOf } from '../base/ip-networks.js';
import type { Allowance } from '../base/leaky-buckets.js';
import { serverNameOf, type Mxid, type ServerName } from '../base/mxid.js';
import { createSharedBudget, type QuotaGroupsOf } from '../base/quota-groups.js';
import type { RateEvent, RateLimiter } from '../base/rate-limiter.js';
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

/** Counts invites. Each daemon counts by network itself; otherwise, all daemons count together. */
export interface InviteLimits {
  /**
   * Counts an invite. Throws rate_limited, and counts nothing then. Call it outside of
   * transactions.
   */
  admit(parties: InviteParties): Promise<void>;
}

export interface InviteLimitsDeps {
  readonly allowances: InviteAllowances;
  /** Users of this server do not count towards a server's limit. */
  readonly ownServer: ServerName;
  readonly quotaGroupsOf: QuotaGroupsOf;
  readonly limiter: RateLimiter;
}

const clientPrefixes = { ipv4: 32, ipv6: 64 } as const;
const networkPrefixes = { ipv4: 24, ipv6: 56 } as const;

/** Creates the limits on that limiter. */
export function createInviteLimits({ allowances, ownServer, quotaGroupsOf, limiter }: InviteLimitsDeps): InviteLimits {
  const perSender = { name: 'invites by sender', allowance: allowances.perSender };
  const perServer = { name: 'invites by server', allowance: allowances.perServer };
  const perNetwork = { name: 'invites by network', allowance: allowances.perNetwork, isLocal: true };
  const addresses = createSharedBudget('invites by address', allowances.perAddress, quotaGroupsOf);
  return {
    async admit({ sender, caller, clientAddress, address: { medium, address } }) {
      const client = networkOf(clientAddress, clientPrefixes);
      const server = caller && serverNameOf(caller);
      const events: readonly RateEvent[] = [
        // A claimed sender does not use up the limit of the user that it names.
        { limit: perSender, key: caller ?? `${client} ${sender}` },
        ...(server === undefined || server === ownServer ? [] : [{ limit: perServer, key: server }]),
        { limit: perNetwork, key: networkOf(clientAddress, networkPrefixes) },
        ...addresses.eventsOf({ client, mxid: caller }, `${medium} ${address}`),
      ];
      const admission = await limiter.admit(events);
      if (admission.isAdmitted) return;
      throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs: admission.retryAfterMs });
    },
  };
}
