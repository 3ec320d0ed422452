import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { AccountRecord } from '../database/tables/accounts.js';

/** The reason for a revocation. */
export type RevocationEvent =
  /** All logins end. */
  | 'log_out'
  | 'change_password'
  /** The account ends. */
  | 'deactivate';

/** What is revoked. */
export interface Revocation {
  readonly mxid: Mxid;
  /** Several events together end what any of them ends. */
  readonly events: readonly RevocationEvent[];
  /** Epoch milliseconds. */
  readonly at: number;
  /** The login on this device survives `log_out`. */
  readonly keptDeviceId?: string | undefined;
}

/** The Telegram logins of a Matrix user, finished and pending. */
export interface OwnedTelegramLogins {
  /** Locks the rows of the linked accounts until the end of the transaction. */
  hold(tx: Transaction, owner: Mxid): Promise<void>;
  /** Ends all of them. Their sessions stay in the database until they are ended at Telegram. */
  end(tx: Transaction, owner: Mxid, at: number): Promise<void>;
}

/** Ends what belongs to a Matrix account. */
export interface Revoker {
  /**
   * Locks the account and the rows that `revoke` with `deactivate` deletes before it, in the lock
   * order of all transactions. Returns the account, or undefined if there is none.
   */
  holdAll(tx: Transaction, mxid: Mxid): Promise<AccountRecord | undefined>;
  /**
   * Ends what the events end. The caller must have locked the account, for `deactivate` by
   * `holdAll`.
   */
  revoke(tx: Transaction, revocation: Revocation): Promise<void>;
}

/** What a revocation does with one table. */
export type TableDecision =
  | { readonly endedBy: readonly RevocationEvent[]; readonly end: (ending: Ending) => Promise<unknown> }
  /** Its rows are deleted with those of another table. */
  | { readonly goesWith: string }
  | { readonly keptBecause: string };

/** One revocation, within a transaction. */
export interface Ending extends Omit<Revocation, 'events'> {
  readonly tx: Transaction;
  readonly telegramLogins: OwnedTelegramLogins;
}

const withLogins: readonly RevocationEvent[] = ['log_out', 'deactivate'];
const always: readonly RevocationEvent[] = ['log_out', 'change_password', 'deactivate'];
const withAccount: readonly RevocationEvent[] = ['deactivate'];

/**
 * The decision about each table of the database, by its name. Run in this order. A test fails if a
 * table is missing.
 */
export const tableDecisions: Readonly<Record<string, TableDecision>> = {
  accounts: {
    endedBy: withAccount,
    // The row stays, so that no other user can get the name.
    end: async ({ tx, mxid, at }) => void (await tx.accounts.deactivate(mxid, at)),
  },
  devices: {
    endedBy: withLogins,
    end: ({ tx, mxid, keptDeviceId }) => tx.devices.deleteByUser(mxid, keptDeviceId),
  },
  access_tokens: {
    endedBy: withLogins,
    end: ({ tx, mxid, keptDeviceId }) => tx.accessTokens.deleteByUser(mxid, keptDeviceId),
  },
  refresh_tokens: {
    endedBy: withLogins,
    end: ({ tx, mxid, keptDeviceId }) => tx.refreshTokens.deleteByUser(mxid, keptDeviceId),
  },
  open_id_tokens: {
    endedBy: withLogins,
    end: ({ tx, mxid, keptDeviceId }) => tx.openIdTokens.deleteByUser(mxid, keptDeviceId),
  },
  // Not bound to a device: a client requests a new token if its own is unknown.
  identity_tokens: { endedBy: withLogins, end: ({ tx, mxid }) => tx.identityTokens.deleteByUser(mxid) },
  // Permissions given by the old password end with it.
  login_tokens: { endedBy: always, end: ({ tx, mxid }) => tx.loginTokens.deleteByUser(mxid) },
  web_grants: { endedBy: always, end: ({ tx, mxid }) => tx.webGrants.deleteByUser(mxid) },
  uia_sessions: { endedBy: always, end: ({ tx, mxid }) => tx.uiaSessions.deleteByOwner(mxid) },
  validation_sessions: {
    endedBy: always,
    async end({ tx, mxid, at }) {
      await tx.validationSessions.expireByUser(mxid, await tx.accountAddresses.listByUser(mxid), at);
    },
  },
  validation_tokens: { goesWith: 'validation_sessions' },
  identity_associations: { endedBy: withAccount, end: ({ tx, mxid }) => tx.identityAssociations.deleteByUser(mxid) },
  lookup_hashes: { goesWith: 'identity_associations' },
  identity_bindings: { endedBy: withAccount, end: ({ tx, mxid }) => tx.identityBindings.deleteByUser(mxid) },
  identity_invites: { endedBy: withAccount, end: ({ tx, mxid }) => tx.identityInvites.deleteBySender(mxid) },
  accepted_terms: { endedBy: withAccount, end: ({ tx, mxid }) => tx.acceptedTerms.deleteByUser(mxid) },
  account_addresses: { endedBy: withAccount, end: ({ tx, mxid }) => tx.accountAddresses.deleteByUser(mxid) },
  telegram_accounts: {
    endedBy: withAccount,
    end: ({ tx, telegramLogins, mxid, at }) => telegramLogins.end(tx, mxid, at),
  },
  login_processes: { goesWith: 'telegram_accounts' },
  hand_overs: { goesWith: 'telegram_accounts' },
  session_leases: {
    keptBecause:
      'Another program may use the session. It is ended at Telegram, and the row deleted, when the lease is over.',
  },
  events: {
    keptBecause: 'They report the end to other programs, and are deleted when delivered, or after a month.',
  },
  homeserver_sessions: {
    keptBecause: 'They belong to users of the homeserver, do not name them, and expire after 30 days.',
  },
  invite_deliveries: {
    keptBecause: 'They answer invites by other users, and are deleted when delivered or abandoned.',
  },
  flood_waits: { keptBecause: 'They are limits set by Telegram, do not name users, and expire.' },
  rate_limits: { keptBecause: 'They count recent events under keyed hashes, and expire.' },
  daemons: { keptBecause: 'They belong to the server.' },
  connection_leases: { keptBecause: 'They name open connections, and are deleted when these close.' },
  identity_signing_keys: { keptBecause: 'They belong to the server.' },
  lookup_peppers: { keptBecause: 'They belong to the server.' },
  sealing_check: { keptBecause: 'It belongs to the server.' },
};

/** Creates the one mechanism that deactivation, password changes and logout everywhere share. */
export function createRevoker(telegramLogins: OwnedTelegramLogins): Revoker {
  return {
    async holdAll(tx, mxid) {
      await telegramLogins.hold(tx, mxid);
      const account = await tx.accounts.hold(mxid);
      for (const { id } of await tx.accountAddresses.listByUser(mxid)) await tx.accountAddresses.hold(id);
      await tx.lookupHashes.holdPeppers();
      return account;
    },

    async revoke(tx, { events, ...revocation }) {
      const ending = { ...revocation, tx, telegramLogins };
      for (const decision of Object.values(tableDecisions)) {
        const isEnded = 'end' in decision && decision.endedBy.some((event) => events.includes(event));
        if (isEnded) await decision.end(ending);
      }
    },
  };
}
