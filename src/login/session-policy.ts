import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import type { OwnerPermission } from '../database/tables/session-uses.js';
import { endLogin } from './owned-logins.js';

/** Which sessions are ended without a request. */
export interface SessionPolicy {
  /** How long a session may be unused. Undefined if it may be forever. */
  readonly expireUnusedMs: number | undefined;
  /** What happens to users who may not log in any more. */
  readonly removedUsers: {
    readonly logOut: boolean;
    readonly graceMs: number;
    /** If more users are due, none is logged out. */
    readonly maxAtOnce: number;
  };
}

/** Ends sessions by policy. Can be called at any time, by one daemon at a time. */
export interface SessionPolicySweep {
  /** Logs unused sessions out. */
  expireUnused(): Promise<void>;
  /** Logs users out who have had no permission for the grace period. */
  logOutRemoved(): Promise<void>;
}

/** The dependencies of createSessionPolicySweep. */
export interface SessionPolicyDeps {
  readonly database: Database;
  /** Returns the policy, which may change. */
  readonly policy: () => SessionPolicy;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

const expiredAtOnce = 100;
/** How many owners are read at once. More of them would delay other requests. */
const ownersAtOnce = 1_000;

interface RemovedOwner extends OwnerPermission {
  readonly unpermittedSince: number;
}

/** Returns the sweep of sessions that the policy ends. That of logins ends them at Telegram. */
export function createSessionPolicySweep(deps: SessionPolicyDeps): SessionPolicySweep {
  const { database, policy, mayLogIn, clock, logger } = deps;
  /** The last warning, so that it is not repeated at each sweep. */
  let warned = '';

  const warnOnce = (log: () => void, key: string) => {
    if (warned !== key) log();
    warned = key;
  };

  /** Stores since when each owner has had no permission. Returns the owners without permission. */
  async function noteRemoved(owners: readonly OwnerPermission[]): Promise<RemovedOwner[]> {
    const now = clock.now();
    const permitted = new Set(owners.map(({ owner }) => owner).filter((owner) => mayLogIn(owner)));
    const setSince = async (since: number | undefined, changed: readonly OwnerPermission[]) => {
      if (changed.length === 0) return;
      const names = changed.map(({ owner }) => owner);
      await database.transaction((tx) => tx.sessionUses.setUnpermittedSince(names, since));
    };
    const removed = owners.filter(({ owner }) => !permitted.has(owner));
    const returned = owners.filter(({ owner }) => permitted.has(owner));
    await setSince(
      now,
      removed.filter(({ unpermittedSince }) => unpermittedSince === undefined),
    );
    await setSince(
      undefined,
      returned.filter(({ unpermittedSince }) => unpermittedSince !== undefined),
    );
    return removed.map(({ owner, hasEndable, unpermittedSince = now }) => ({ owner, hasEndable, unpermittedSince }));
  }

  /**
   * Counts the owners of all sessions, and those without permission. Keeps in memory only the first
   * owners that are due, because more are not logged out.
   */
  async function findRemoved({ graceMs, maxAtOnce }: SessionPolicy['removedUsers']) {
    const latest = clock.now() - graceMs;
    const found = { owners: 0, removed: 0, due: 0, first: [] as Mxid[] };
    let after: Mxid | undefined;
    do {
      const last = after;
      const owners = await database.read((readers) => readers.sessionUses.listOwners(last, ownersAtOnce));
      const removed = await noteRemoved(owners);
      const due = removed.filter(({ hasEndable, unpermittedSince }) => hasEndable && unpermittedSince <= latest);
      found.owners += owners.length;
      found.removed += removed.length;
      found.due += due.length;
      found.first.push(...due.slice(0, maxAtOnce - found.first.length).map(({ owner }) => owner));
      after = owners.at(-1)?.owner;
    } while (after !== undefined);
    return found;
  }

  async function logOut(owner: Mxid): Promise<void> {
    await database.transaction(async (tx) => {
      for (const { id } of await tx.telegramAccounts.listByOwner(owner)) await tx.telegramAccounts.hold(id);
      for (const account of await tx.telegramAccounts.listByOwner(owner)) {
        // The bridge has permissions of its own, and an exported session is not known any more.
        if (account.heldBy === 'bridge' || account.heldBy === 'export') continue;
        await endLogin(tx, account, clock.now());
      }
    });
    logger.info('removed user logged out', { owner });
  }

  return {
    async expireUnused() {
      const { expireUnusedMs } = policy();
      if (expireUnusedMs === undefined) return;
      const before = clock.now() - expireUnusedMs;
      const unused = await database.read((readers) => readers.sessionUses.listUnused(before, expiredAtOnce));
      for (const { id } of unused) {
        const ended = await database.transaction(async (tx) => {
          const isThere = await tx.telegramAccounts.hold(id);
          const account = isThere ? await tx.telegramAccounts.find(id) : undefined;
          // It may have been used since it was listed.
          if (account?.heldBy !== 'gangway' || account.usedAt >= before) return undefined;
          await endLogin(tx, account, clock.now());
          return account;
        });
        if (ended) logger.info('unused telegram session expired', { owner: ended.owner, usedAt: ended.usedAt });
      }
    },

    async logOutRemoved() {
      const { removedUsers } = policy();
      const { owners, removed: users, due, first } = await findRemoved(removedUsers);
      if (users === 0) {
        warned = '';
        return;
      }
      const { logOut: isEnabled, maxAtOnce } = removedUsers;
      if (!isEnabled) {
        return warnOnce(
          () => logger.warn('users without permission are logged in to telegram', { users }),
          `off ${users}`,
        );
      }
      // A mistake in the configuration must not log all users out.
      const refusal = due > maxAtOnce ? 'too_many' : users === owners ? 'all_users' : undefined;
      if (due > 0 && refusal !== undefined) {
        const fields = { reason: refusal, users: due, maxAtOnce };
        return warnOnce(() => logger.error('removed users not logged out', fields), `${refusal} ${due}`);
      }
      // Policy and permissions may be reloaded meanwhile.
      for (const owner of first) {
        if (policy().removedUsers.logOut && !mayLogIn(owner)) await logOut(owner);
      }
    },
  };
}
