import type { Clock } from '../../base/clock.js';
import { serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import type { Database } from '../../database/database.js';
import type { AccountRecord } from '../../database/tables/accounts.js';
import { readUser } from './find-account.js';
import type { PasswordHasher } from './password-hasher.js';
import type { Revoker } from '../revocation.js';

/** The administration of accounts. May be used while the daemon runs. */
export interface AccountAdministration {
  /**
   * Returns the account with that Matrix ID or localpart, ignoring case if only one account
   * matches.
   */
  find(user: string): Promise<AccountRecord | undefined>;
  /** Sorted by name, with deactivated accounts. */
  list(): Promise<AccountRecord[]>;
  /**
   * Returns false if the name is taken, even by a deactivated account. Throws AccountFailure like
   * PasswordHasher.
   */
  add(mxid: Mxid, password: Secret): Promise<boolean>;
  /**
   * Sets a new password and ends all logins, including those of the identity service. Returns false
   * if the account does not exist or is deactivated.
   */
  resetPassword(mxid: Mxid, password: Secret): Promise<boolean>;
  /**
   * Ends the account and all that belongs to it for good (see `tableDecisions`). The daemon then
   * ends its Telegram sessions at Telegram. Returns false if the account does not exist or is
   * deactivated.
   */
  deactivate(mxid: Mxid): Promise<boolean>;
}

/** Returns the administration of the accounts in that database. */
export function createAccountAdministration(deps: {
  readonly database: Database;
  readonly serverName: ServerName;
  readonly hasher: PasswordHasher;
  readonly revoker: Revoker;
  readonly clock: Clock;
}): AccountAdministration {
  const { database, serverName, hasher, revoker, clock } = deps;
  return {
    async find(user) {
      const mxid = readUser(user, serverName);
      if (mxid === undefined || serverNameOf(mxid) !== serverName) return undefined;
      return database.read(({ accounts }) => accounts.findByName(mxid));
    },

    list: () => database.transaction((tx) => tx.accounts.list()),

    async add(mxid, password) {
      const passwordHash = await hasher.hash(password);
      return database.transaction((tx) =>
        tx.accounts.insert({ mxid, passwordHash, createdAt: clock.now(), deactivatedAt: undefined }),
      );
    },

    async resetPassword(mxid, password) {
      const passwordHash = await hasher.hash(password);
      return database.transaction(async (tx) => {
        if (!isActive(await tx.accounts.hold(mxid))) return false;
        await tx.accounts.setPasswordHash(mxid, passwordHash);
        await revoker.revoke(tx, { mxid, events: ['change_password', 'log_out'], at: clock.now() });
        return true;
      });
    },

    deactivate: (mxid) =>
      database.transaction(async (tx) => {
        if (!isActive(await revoker.holdAll(tx, mxid))) return false;
        await revoker.revoke(tx, { mxid, events: ['deactivate'], at: clock.now() });
        return true;
      }),
  };
}

// Matrix appendices, "User Identifiers": the characters that servers may use in new IDs.
const localpartForm = /^[a-z0-9._=/+-]+$/;

/**
 * Returns the Matrix ID for a new account, from a Matrix ID or a localpart, or undefined if the
 * name is not allowed here.
 */
export function readNewUser(user: string, serverName: ServerName): Mxid | undefined {
  const mxid = readUser(user, serverName);
  if (mxid === undefined || serverNameOf(mxid) !== serverName) return undefined;
  return localpartForm.test(mxid.slice(1, mxid.indexOf(':'))) ? mxid : undefined;
}

function isActive(account: AccountRecord | undefined): boolean {
  return account !== undefined && account.deactivatedAt === undefined;
}
