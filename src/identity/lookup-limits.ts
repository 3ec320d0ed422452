import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { createHalfSipHash } from '../base/half-sip-hash.js';
import { networkOf } from '../base/ip-networks.js';
import { createLeakyBuckets, type Allowance, type LeakyBuckets } from '../base/leaky-buckets.js';
import { serverNameOf, type Mxid, type ServerName } from '../base/mxid.js';
import type { Random } from '../base/random.js';
import { IdentityFailure } from './failure.js';

/** The caller of a lookup. */
export interface LookupCaller {
  /** The user of the access token, if any. */
  readonly mxid: Mxid | undefined;
  readonly clientAddress: string;
}

/**
 * The number of different 3PIDs that a caller may look up: a burst of this size, and as many again,
 * evenly spread, within each window.
 */
export interface LookupAllowances {
  /** One user. A client address without a user counts as a user. */
  readonly perUser: Allowance;
  /** All users of one other server, because Matrix IDs cost its owner nothing. */
  readonly perServer: Allowance;
  /** All clients of one network: an IPv4 /24, an IPv6 /56. */
  readonly perNetwork: Allowance;
}

export interface LookupLimitsDeps {
  /** In one request. */
  readonly maxAddresses: number;
  readonly allowances: LookupAllowances;
  /** Users of this server do not count towards a server's limit. */
  readonly ownServer: ServerName;
  readonly clock: Clock;
  readonly random: Random;
}

/** Counts the 3PIDs that callers look up. */
export interface LookupLimits {
  /** Throws too_many_addresses. */
  requireFew(addresses: readonly unknown[]): void;
  /**
   * Counts the 3PIDs that are new to the caller. Throws too_many_addresses and rate_limited, and
   * counts nothing then.
   */
  admit(caller: LookupCaller, addresses: readonly string[]): void;
}

interface Caller {
  /** The time when the bucket of this caller will be empty. */
  emptyAt: number;
  /** Short hashes of the 3PIDs looked up since. Looking them up again is free. */
  readonly seen: Set<number>;
  readonly since: number;
}

const clientPrefixes = { ipv4: 32, ipv6: 64 } as const;
const networkPrefixes = { ipv4: 24, ipv6: 56 } as const;
// Each takes some 30 bytes. An attacker with enough accounts to evict entries needs no eviction.
const maxRemembered = 1_000_000;

/** Creates limits with empty counts. */
export function createLookupLimits(deps: LookupLimitsDeps): LookupLimits {
  const { maxAddresses, allowances, ownServer, clock, random } = deps;
  const { perUser, perServer, perNetwork } = allowances;
  const { max, windowMs } = perUser;
  const intervalMs = windowMs / max;
  const limit = Math.min(maxAddresses, max, perServer.max, perNetwork.max);
  const servers = createLeakyBuckets(perServer, clock);
  const networks = createLeakyBuckets(perNetwork, clock);
  /** In the order of the last lookup. */
  const callers = new Map<string, Caller>();
  const salt = random.bytes(16).toString('hex');
  let remembered = 0;

  // Without a key, a caller could choose addresses with the short hashes of earlier ones.
  const halfSipHash = createHalfSipHash(random.bytes(8));
  /** 30 bits: the engine stores integers of that size unboxed. */
  const shortHash = (address: string) => halfSipHash(address) >>> 2;

  const evict = (key: string, { seen }: Caller) => {
    callers.delete(key);
    remembered -= seen.size;
  };

  const callerOf = (key: string): Caller => {
    const now = clock.now();
    const known = callers.get(key);
    if (known && known.since + windowMs > now) return known;
    if (known) evict(key, known);
    const caller = { emptyAt: known?.emptyAt ?? now, seen: new Set<number>(), since: now };
    callers.set(key, caller);
    return caller;
  };

  const groupsOf = ({ mxid, clientAddress }: LookupCaller): readonly (readonly [LeakyBuckets, string])[] => {
    const network = [networks, networkOf(clientAddress, networkPrefixes)] as const;
    const server = mxid && serverNameOf(mxid);
    return server === undefined || server === ownServer ? [network] : [network, [servers, server]];
  };

  const requireFew = (addresses: readonly unknown[]) => {
    if (addresses.length > limit) throw new IdentityFailure({ kind: 'too_many_addresses', limit });
  };

  return {
    requireFew,

    admit(asked, addresses) {
      requireFew(addresses);
      const name = asked.mxid ?? networkOf(asked.clientAddress, clientPrefixes);
      const key = hash('sha256', `${salt}${name}`, 'base64url');
      const caller = callerOf(key);
      const fresh = new Set<number>();
      for (const address of addresses) {
        const hash = shortHash(address);
        if (!caller.seen.has(hash)) fresh.add(hash);
      }
      const fillMs = Math.max(0, caller.emptyAt - clock.now());
      const groups = groupsOf(asked);
      const waits = groups.map(([buckets, group]) => buckets.waitMs(group, fresh.size));
      const retryAfterMs = Math.max(Math.ceil(fillMs + fresh.size * intervalMs - windowMs - 1e-6), ...waits);
      if (retryAfterMs > 0) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs });
      for (const [buckets, group] of groups) buckets.add(group, fresh.size);
      caller.emptyAt = clock.now() + fillMs + fresh.size * intervalMs;
      for (const hash of fresh) caller.seen.add(hash);
      remembered += fresh.size;
      callers.delete(key);
      callers.set(key, caller);
      for (const [oldest, other] of callers) {
        if (callers.size + remembered <= maxRemembered || oldest === key) break;
        evict(oldest, other);
      }
    },
  };
}
