import type { Clock } from '../base/clock.js';
import type { ServerName } from '../base/mxid.js';
import type { UserIdentifier } from './authority.js';
import { canonicalAddress } from './canonical-address.js';
import { AccountFailure, type AccountFault } from './failure.js';
import { foldCase } from './fold-case.js';
import { createLeakyBuckets, type Allowance } from './leaky-buckets.js';

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
}

const busyRetryMs = 1000;

/** Limits that have counted nothing yet. */
export function createLoginLimits({ allowances, serverName, clock }: LoginLimitsDeps): LoginLimits {
  const clients = createLeakyBuckets(allowances.perAddress, clock);
  const successes = createLeakyBuckets(allowances.perAccount, clock);
  const failures = createLeakyBuckets(allowances.failuresPerAccount, clock);
  const underWay = new Map<string, number>();

  return {
    admitClient(client) {
      const waitMs = clients.waitMs(client);
      if (waitMs > 0) throw limited(waitMs);
      clients.add(client);
    },

    async logIn(identifier, logIn) {
      const key = keyOf(identifier, serverName);
      const waitMs = Math.max(successes.waitMs(key), failures.waitMs(key));
      if (waitMs > 0) throw limited(waitMs);
      const others = underWay.get(key) ?? 0;
      // Each of them may yet turn out a wrong guess.
      if (others >= Math.min(successes.room(key), failures.room(key))) throw limited(busyRetryMs);
      underWay.set(key, others + 1);
      try {
        const grant = await logIn();
        successes.add(key);
        return grant;
      } catch (error) {
        if (error instanceof AccountFailure && isWrongGuess(error.fact)) failures.add(key);
        throw error;
      } finally {
        const left = (underWay.get(key) ?? 1) - 1;
        if (left === 0) underWay.delete(key);
        else underWay.set(key, left);
      }
    },
  };
}

function limited(retryAfterMs: number): AccountFailure {
  return new AccountFailure({ kind: 'rate_limited', retryAfterMs });
}

function isWrongGuess(fault: AccountFault): boolean {
  if (fault.kind === 'refused_upstream') return fault.body['errcode'] === 'M_FORBIDDEN';
  return fault.kind === 'wrong_credentials';
}

function keyOf(identifier: UserIdentifier, serverName: ServerName): string {
  switch (identifier.kind) {
    case 'user': {
      const { user } = identifier;
      const mxid = user.startsWith('@') ? user : `@${user}:${serverName}`;
      return foldCase(mxid);
    }
    case 'address': {
      const { medium, address } = canonicalAddress(identifier) ?? identifier;
      return foldCase(`${medium} ${address.trim()}`);
    }
  }
}
