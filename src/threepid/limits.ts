import type { Clock } from '../base/clock.js';
import { createLeakyBuckets, type Allowance, type LeakyBuckets } from '../base/leaky-buckets.js';
import { createSharedBudget, type BucketCount, type QuotaGroupsOf } from '../base/quota-groups.js';
import { ThreepidFailure } from './failure.js';
import type { Asker } from './validation.js';

/** How many messages may go out, and how often one may guess. */
export interface ValidationAllowances {
  /**
   * Messages to one e-mail address within any such window; counted in the database. Each quota
   * group has a part of it.
   */
  readonly perEmailAddress: Allowance;
  /**
   * Messages to one phone number within any such window; counted in the database. Each quota group
   * has a part of it. Each code is one of 10^6: with 10 a day, each good for 5 guesses, an attacker
   * who does not receive them succeeds on at most one of 20,000 days.
   */
  readonly perPhoneNumber: Allowance;
  /** Messages that one client asks for. */
  readonly perClient: Allowance;
  /** Messages that one user asks for. */
  readonly perUser: Allowance;
  /** Messages to phone numbers of one calling code. Each quota group has a part of it. */
  readonly perCallingCode: Allowance;
  /** Submitted tokens of one client, right or wrong. */
  readonly guessesPerClient: Allowance;
}

/**
 * Counts what is asked for, in memory. Every method throws the ThreepidFailure `rate_limited` if it
 * is too much, and then counts nothing.
 */
export interface AskerLimits {
  /** Throws if the client or the user may have no more messages now. Counts nothing. */
  checkAsker(asker: Asker): void;
  /** Counts one message. */
  admitMessage(asker: Asker, callingCode: string | undefined): void;
  /** Counts one guess; a client that is not known is not limited. */
  admitGuess(client: string | undefined): void;
}

/** Limits that have counted nothing yet. */
export function createAskerLimits(
  allowances: Omit<ValidationAllowances, AddressLimits>,
  quotaGroupsOf: QuotaGroupsOf,
  clock: Clock,
): AskerLimits {
  const clients = createLeakyBuckets(allowances.perClient, clock);
  const users = createLeakyBuckets(allowances.perUser, clock);
  const callingCodes = createSharedBudget(allowances.perCallingCode, quotaGroupsOf, clock);
  const guesses = createLeakyBuckets(allowances.guessesPerClient, clock);

  const countsOf = ({ client, mxid }: Asker) => [...countIn(clients, client), ...countIn(users, mxid)];

  return {
    checkAsker: (asker) => requireRoom(countsOf(asker)),
    admitMessage(asker, callingCode) {
      admit([...countsOf(asker), ...(callingCode === undefined ? [] : callingCodes.countsOf(asker, callingCode))]);
    },
    admitGuess: (client) => admit(countIn(guesses, client)),
  };
}

/**
 * How long until one more message may go out, if these went out at `times` (epoch ms, oldest first)
 * within the window; 0 if it may now.
 */
export function addressWaitMs(times: readonly number[], { max, windowMs }: Allowance, now: number): number {
  const blocking = times[times.length - max];
  return blocking === undefined ? 0 : Math.max(0, blocking + windowMs - now);
}

type AddressLimits = 'perEmailAddress' | 'perPhoneNumber';

function countIn(buckets: LeakyBuckets, key: string | undefined): readonly BucketCount[] {
  return key === undefined ? [] : [[buckets, key]];
}

function requireRoom(counts: readonly BucketCount[]): void {
  const retryAfterMs = Math.max(0, ...counts.map(([buckets, key]) => buckets.waitMs(key)));
  if (retryAfterMs > 0) throw new ThreepidFailure({ kind: 'rate_limited', retryAfterMs });
}

function admit(counts: readonly BucketCount[]): void {
  requireRoom(counts);
  for (const [buckets, key] of counts) buckets.add(key);
}
