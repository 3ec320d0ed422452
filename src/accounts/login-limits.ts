import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { ServerName } from '../base/mxid.js';
import type { UserIdentifier } from './authority.js';
import { canonicalAddress } from '../base/canonical-address.js';
import { AccountFailure, type AccountFault } from './failure.js';
import { foldCase } from '../base/fold-case.js';
import { createLeakyBuckets, type Allowance, type LeakyBuckets } from '../base/leaky-buckets.js';

/** How often one may log in. */
export interface LoginAllowances {
  /** Logins of one client, right or wrong. */
  readonly perAddress: Allowance;
  /** Logins by one name that succeed. */
  readonly perAccount: Allowance;
  /** Logins of one client by one name that fail; of all clients together, ten times as many. */
  readonly failuresPerAccount: Allowance;
}

/** The dependencies of createLoginLimits. */
export interface LoginLimitsDeps {
  readonly allowances: LoginAllowances;
  /** Of our users: a localpart and the whole Matrix ID are one account. */
  readonly serverName: ServerName;
  readonly clock: Clock;
}

/** Whose login it is. */
export interface LoginParties {
  /** Stands for the client's address. */
  readonly client: string;
  readonly identifier: UserIdentifier;
}

/** Counts logins. Every method throws the AccountFailure `rate_limited` if there were too many. */
export interface LoginLimits {
  /** Throws if admitClient would. Counts nothing. */
  checkClient(client: string): void;
  /** Counts a login of a client; `client` stands for its address. */
  admitClient(client: string): void;
  /** Counts a question of a client how one may log in, apart from its logins. */
  admitQuestion(client: string): void;
  /**
   * Runs a login with the token of a bridge, unless this client has had too many that the
   * homeserver refused: as many are allowed as logins of other clients. Those that succeed do not
   * count.
   */
  logInBridge<Grant>(client: string, logIn: () => Promise<Grant>): Promise<Grant>;
  /**
   * Runs a login, unless there were too many by this name of the account, in any spelling; only
   * those that succeed count as logins, and only those for a wrong password as failures. Logins at
   * once get no further than logins one after another.
   */
  logIn<Grant>(parties: LoginParties, logIn: () => Promise<Grant>): Promise<Grant>;
}

const busyRetryMs = 1000;
/** So many clients, each with all the failures that it is allowed, lock the others out. */
const clientsToLockOut = 10;
// Matrix IDs have 255 bytes at most, e-mail addresses 500 characters. Folding what is longer would
// take long, and names nobody.
const longestName = 512;

/** Limits that have counted nothing yet. */
export function createLoginLimits({ allowances, serverName, clock }: LoginLimitsDeps): LoginLimits {
  const clients = createLeakyBuckets(allowances.perAddress, clock);
  const questions = createLeakyBuckets(allowances.perAddress, clock);
  const successes = createLeakyBuckets(allowances.perAccount, clock);
  const refusedBridges = createLeakyBuckets(allowances.perAddress, clock);
  const { failuresPerAccount } = allowances;
  const nearFailures = createLeakyBuckets(failuresPerAccount, clock);
  const allFailures = createLeakyBuckets(
    { ...failuresPerAccount, max: failuresPerAccount.max * clientsToLockOut },
    clock,
  );
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
        if (error instanceof AccountFailure && isRefusal(error.fact)) refusedBridges.add(client);
        throw error;
      }
    },

    async logIn({ client, identifier }, logIn) {
      const name = nameKey(identifier, serverName);
      const near = `${client} ${name}`;
      const waitMs = Math.max(successes.waitMs(name), nearFailures.waitMs(near), allFailures.waitMs(name));
      if (waitMs > 0) throw limited(waitMs);
      // Each of those under way may yet turn out a wrong guess.
      const isFull =
        underWay.of(near) >= nearFailures.room(near) ||
        underWay.of(name) >= Math.min(successes.room(name), allFailures.room(name));
      if (isFull) throw limited(busyRetryMs);
      underWay.add(near, 1);
      underWay.add(name, 1);
      try {
        const grant = await logIn();
        successes.add(name);
        return grant;
      } catch (error) {
        if (error instanceof AccountFailure && isWrongGuess(error.fact)) {
          nearFailures.add(near);
          allFailures.add(name);
        }
        throw error;
      } finally {
        underWay.add(near, -1);
        underWay.add(name, -1);
      }
    },
  };
}

/** How many there are of each of many keys now; those of which there are none take no memory. */
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

// Returns whether the homeserver rejected the token. If it is busy or broken, it has not checked it.
function isRefusal(fault: AccountFault): boolean {
  return fault.kind === 'refused_upstream' && fault.status < 500 && fault.status !== 429;
}

function isWrongGuess(fault: AccountFault): boolean {
  if (fault.kind === 'refused_upstream') return fault.body['errcode'] === 'M_FORBIDDEN';
  return fault.kind === 'wrong_credentials';
}

/**
 * One key for all spellings of a name. Names of one account are counted apart, since a common count
 * shows which address belongs to whom.
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
  return name.length > longestName ? createHash('sha256').update(name).digest('base64url') : foldCase(name);
}
