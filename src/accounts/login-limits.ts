import type { Clock } from '../base/clock.js';
import { parseMxid, type Mxid, type ServerName } from '../base/mxid.js';
import type { UserIdentifier } from './authority.js';
import { canonicalAddress } from './canonical-address.js';
import { AccountFailure, type AccountFault } from './failure.js';
import { foldCase } from './fold-case.js';
import { createLeakyBuckets, type Allowance, type LeakyBuckets } from './leaky-buckets.js';

/** How often one may log in. */
export interface LoginAllowances {
  /** Logins of one client, right or wrong. */
  readonly perAddress: Allowance;
  /** Logins to one account that succeed. */
  readonly perAccount: Allowance;
  /** Logins to one account that fail. */
  readonly failuresPerAccount: Allowance;
}

/** What createLoginLimits needs. */
export interface LoginLimitsDeps {
  readonly allowances: LoginAllowances;
  /** Of our users: a localpart and the whole Matrix ID are one account. */
  readonly serverName: ServerName;
  readonly clock: Clock;
}

/** Counts logins. Every method throws the AccountFailure `rate_limited` where there were too many. */
export interface LoginLimits {
  /** Counts a login of a client; `client` stands for its address. */
  admitClient(client: string): void;
  /**
   * Runs a login, unless this account has had too many; only those that succeed count as logins, and only those for a wrong
   * password as failures. Logins at once get no further than logins one after another.
   */
  logIn<Grant>(identifier: UserIdentifier, logIn: () => Promise<Grant>): Promise<Grant>;
  /** Runs the making of a login token: one a minute for each user. A wrong password counts as one of a login. */
  mintLoginToken<Grant>(user: Mxid, mint: () => Promise<Grant>): Promise<Grant>;
}

const loginTokens: Allowance = { max: 1, windowMs: 60_000 };
const busyRetryMs = 1000;

/** Limits that have counted nothing yet. */
export function createLoginLimits({ allowances, serverName, clock }: LoginLimitsDeps): LoginLimits {
  const clients = createLeakyBuckets(allowances.perAddress, clock);
  const successes = createLeakyBuckets(allowances.perAccount, clock);
  const failures = createLeakyBuckets(allowances.failuresPerAccount, clock);
  const minted = createLeakyBuckets(loginTokens, clock);
  const underWay = new Map<string, number>();

  async function attempt<Grant>(key: string, succeeded: LeakyBuckets, work: () => Promise<Grant>): Promise<Grant> {
    const waitMs = Math.max(succeeded.waitMs(key), failures.waitMs(key));
    if (waitMs > 0) throw limited(waitMs);
    const others = underWay.get(key) ?? 0;
    // Each of them may yet turn out a wrong guess.
    if (others >= Math.min(succeeded.room(key), failures.room(key))) throw limited(busyRetryMs);
    underWay.set(key, others + 1);
    try {
      const grant = await work();
      succeeded.add(key);
      return grant;
    } catch (error) {
      if (error instanceof AccountFailure && isWrongGuess(error.fact)) failures.add(key);
      throw error;
    } finally {
      const left = (underWay.get(key) ?? 1) - 1;
      if (left === 0) underWay.delete(key);
      else underWay.set(key, left);
    }
  }

  return {
    admitClient(client) {
      const waitMs = clients.waitMs(client);
      if (waitMs > 0) throw limited(waitMs);
      clients.add(client);
    },
    logIn: (identifier, logIn) => attempt(keyOf(identifier, serverName), successes, logIn),
    mintLoginToken: (user, mint) => attempt(keyOf({ kind: 'user', user }, serverName), minted, mint),
  };
}

function limited(retryAfterMs: number): AccountFailure {
  return new AccountFailure({ kind: 'rate_limited', retryAfterMs });
}

function isWrongGuess(fault: AccountFault): boolean {
  const answersForbidden = fault.kind === 'refused_upstream' || fault.kind === 'authentication_incomplete';
  return fault.kind === 'wrong_credentials' || (answersForbidden && fault.body['errcode'] === 'M_FORBIDDEN');
}

function keyOf(identifier: UserIdentifier, serverName: ServerName): string {
  switch (identifier.kind) {
    case 'user': {
      const mxid = parseMxid(identifier.user) ?? `@${identifier.user}:${serverName}`;
      return foldCase(mxid);
    }
    case 'address': {
      const { medium, address } = canonicalAddress(identifier) ?? identifier;
      return foldCase(`${medium} ${address.trim()}`);
    }
  }
}
