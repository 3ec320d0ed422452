import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { ServerName } from '../base/mxid.js';
import type { UserIdentifier } from './authority.js';
import { canonicalAddress } from '../base/canonical-address.js';
import { AccountFailure, type AccountFailureDetails } from './failure.js';
import { foldCase } from '../base/fold-case.js';
import { createLeakyBuckets, type Allowance, type LeakyBuckets } from '../base/leaky-buckets.js';
import type { RateLimiter } from '../base/rate-limiter.js';

/** The rate limits of logins. */
export interface LoginAllowances {
  /** All logins of one client. */
  readonly perAddress: Allowance;
  /** Successful logins to one account. */
  readonly perAccount: Allowance;
  /**
   * Failed logins of one client to one account. All clients together may fail ten times as often.
   */
  readonly failuresPerAccount: Allowance;
}

export interface LoginLimitsDeps {
  readonly allowances: LoginAllowances;
  /** A localpart and the full Matrix ID on this server are one account. */
  readonly serverName: ServerName;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
}

/** The client and the account of a login. */
export interface LoginParties {
  /** Represents the client's address. */
  readonly client: string;
  readonly identifier: UserIdentifier;
}

/**
 * Counts logins. Each method throws AccountFailure `rate_limited` if there were too many. Each
 * daemon counts by client itself; all daemons count together by account.
 */
export interface LoginLimits {
  /** Throws if admitClient would. Counts nothing. */
  checkClient(client: string): void;
  /** Counts a login of a client. `client` represents its address. */
  admitClient(client: string): void;
  /** Counts a request for login types, separately from logins. */
  admitQuestion(client: string): void;
  /**
   * Runs a login with the token of a bridge, unless the homeserver rejected too many of this
   * client's: the limit is that for logins of other clients. Successful logins do not count.
   */
  logInBridge<Grant>(client: string, logIn: () => Promise<Grant>): Promise<Grant>;
  /**
   * Runs a login, unless there were too many to this account, in any spelling. Only successful
   * logins count as logins, and only wrong passwords as failures. Concurrent logins count like
   * consecutive ones.
   */
  logIn<Grant>(parties: LoginParties, logIn: () => Promise<Grant>): Promise<Grant>;
}

const busyRetryMs = 1000;
/** This many clients, each with all its allowed failures, lock the others out. */
const clientsToLockOut = 10;
// Matrix IDs have at most 255 bytes, e-mail addresses 500 characters. Case folding longer names
// would take long, and no account has them.
const maxNameLength = 512;

/** Creates limits. Counts by account are those of the limiter. */
export function createLoginLimits({ allowances, serverName, limiter, clock }: LoginLimitsDeps): LoginLimits {
  const clients = createLeakyBuckets(allowances.perAddress, clock);
  const questions = createLeakyBuckets(allowances.perAddress, clock);
  const refusedBridges = createLeakyBuckets(allowances.perAddress, clock);
  const { perAccount, failuresPerAccount } = allowances;
  const successes = { name: 'logins by account', allowance: perAccount };
  const nearFailures = { name: 'failed logins by client and account', allowance: failuresPerAccount };
  const allFailures = {
    name: 'failed logins by account',
    allowance: {
      get max() {
        return failuresPerAccount.max * clientsToLockOut;
      },
      get windowMs() {
        return failuresPerAccount.windowMs;
      },
    },
  };
  const underWay = createTally();

  return {
    checkClient: (client) => requireRoom(clients, client),
    admitClient: (client) => admit(clients, client),
    admitQuestion: (client) => admit(questions, client),

    async logInBridge(client, logIn) {
      requireRoom(refusedBridges, client);
      try {
        return await logIn();
      } catch (error) {
        if (error instanceof AccountFailure && isRefusal(error.details)) refusedBridges.add(client);
        throw error;
      }
    },

    async logIn({ client, identifier }, logIn) {
      const name = nameKey(identifier, serverName);
      const asSuccess = [{ limit: successes, key: name }];
      const asFailure = [
        { limit: nearFailures, key: `${client} ${name}` },
        { limit: allFailures, key: name },
      ];
      // Until a login has ended, it counts as both.
      const admission = await limiter.admit([...asSuccess, ...asFailure]);
      if (!admission.isAdmitted) {
        const { retryAfterMs } = admission;
        throw limited(underWay.of(name) > 0 ? Math.min(retryAfterMs, busyRetryMs) : retryAfterMs);
      }
      underWay.add(name, 1);
      try {
        const grant = await logIn();
        await admission.revoke(asFailure);
        return grant;
      } catch (error) {
        const isFailure = error instanceof AccountFailure && isWrongGuess(error.details);
        await admission.revoke(isFailure ? asSuccess : [...asSuccess, ...asFailure]);
        throw error;
      } finally {
        underWay.add(name, -1);
      }
    },
  };
}

/** Counts concurrent uses per key. A key without uses takes no memory. */
function createTally() {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    add(key: string, change: 1 | -1): void {
      const count = of(key) + change;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
    },
  };
}

function requireRoom(buckets: LeakyBuckets, client: string): void {
  const waitMs = buckets.waitMs(client);
  if (waitMs > 0) throw limited(waitMs);
}

function admit(buckets: LeakyBuckets, client: string): void {
  requireRoom(buckets, client);
  buckets.add(client);
}

function limited(retryAfterMs: number): AccountFailure {
  return new AccountFailure({ kind: 'rate_limited', retryAfterMs });
}

// Returns true if the homeserver rejected the token. A homeserver that is busy or broken has not
// checked it.
function isRefusal(details: AccountFailureDetails): boolean {
  return details.kind === 'refused_upstream' && details.status < 500 && details.status !== 429;
}

function isWrongGuess(details: AccountFailureDetails): boolean {
  if (details.kind === 'refused_upstream') return details.body['errcode'] === 'M_FORBIDDEN';
  return details.kind === 'wrong_credentials';
}

/**
 * Returns one key for all spellings of a name. Different names of one account are counted
 * separately, because a common count would reveal which 3PID belongs to which account.
 */
function nameKey(identifier: UserIdentifier, serverName: ServerName): string {
  if (identifier.kind === 'user') {
    const { user } = identifier;
    return foldName(user.startsWith('@') ? user : `@${user}:${serverName}`);
  }
  const { medium, address } = canonicalAddress(identifier) ?? identifier;
  return foldName(`${medium} ${address.trim()}`);
}

function foldName(name: string): string {
  return name.length > maxNameLength ? createHash('sha256').update(name).digest('base64url') : foldCase(name);
}
