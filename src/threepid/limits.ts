import type { Allowance } from '../base/leaky-buckets.js';
import { createSharedBudget, type QuotaGroupsOf } from '../base/quota-groups.js';
import type { RateEvent, RateLimit, RateLimiter } from '../base/rate-limiter.js';
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
 * Counts requests. Each daemon counts by client itself; all daemons count together by user and by
 * calling code. Every method throws the ThreepidFailure `rate_limited` if there were too many, and
 * counts nothing then.
 */
export interface AskerLimits {
  /** Throws if the client or the user may have no more messages now. Counts nothing. */
  checkAsker(asker: Asker): Promise<void>;
  /** Counts one message. Call it outside of transactions. */
  admitMessage(asker: Asker, callingCode: string | undefined): Promise<void>;
  /** Counts one guess; a client that is not known is not limited. */
  admitGuess(client: string | undefined): Promise<void>;
}

/** Creates the limits on that limiter. */
export function createAskerLimits(
  allowances: Omit<ValidationAllowances, AddressLimits>,
  { limiter, quotaGroupsOf }: { readonly limiter: RateLimiter; readonly quotaGroupsOf: QuotaGroupsOf },
): AskerLimits {
  const perClient = { name: 'validation messages by client', allowance: allowances.perClient, isLocal: true };
  const perUser = { name: 'validation messages by user', allowance: allowances.perUser };
  const guesses = { name: 'validation guesses by client', allowance: allowances.guessesPerClient, isLocal: true };
  const callingCodes = createSharedBudget(
    'validation messages by calling code',
    allowances.perCallingCode,
    quotaGroupsOf,
  );

  const eventsOf = ({ client, mxid }: Asker) => [...eventOf(perClient, client), ...eventOf(perUser, mxid)];

  return {
    async checkAsker(asker) {
      requireNoWait(await limiter.waitMs(eventsOf(asker)));
    },
    admitMessage: (asker, callingCode) =>
      admit(limiter, [
        ...eventsOf(asker),
        ...(callingCode === undefined ? [] : callingCodes.eventsOf(asker, callingCode)),
      ]),
    admitGuess: (client) => admit(limiter, eventOf(guesses, client)),
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

function eventOf(limit: RateLimit, key: string | undefined): readonly RateEvent[] {
  return key === undefined ? [] : [{ limit, key }];
}

function requireNoWait(retryAfterMs: number): void {
  if (retryAfterMs > 0) throw new ThreepidFailure({ kind: 'rate_limited', retryAfterMs });
}

async function admit(limiter: RateLimiter, events: readonly RateEvent[]): Promise<void> {
  const admission = await limiter.admit(events);
  if (!admission.isAdmitted) requireNoWait(admission.retryAfterMs);
}
