import type { Revoker } from '../accounts/revocation.js';
import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import type { Database, Transaction } from '../database/database.js';
import type { AccountAddressRecord } from '../database/tables/account-addresses.js';
import type { DeviceRecord } from '../database/tables/devices.js';
import type { Page } from '../database/tables/known-users.js';
import type { LoginProcesses } from '../login/processes.js';
import { AdminFailure } from './failure.js';
import { retryHandOver } from './retry-hand-over.js';
import { revokeSession, type RevocationOutcome } from './revoke-session.js';
import {
  type HandOverView,
  type ProcessView,
  type SessionView,
  viewHandOver,
  viewProcess,
  viewSession,
} from './views.js';

export type { Page };

/** A part of a list. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  /** The key of the next page. Undefined after the last item. */
  readonly next: string | undefined;
}

/** Selects users: all, or each that matches every given value. */
export interface UserQuery extends Page {
  /** A part of the Matrix ID, in any case. */
  readonly search: string | undefined;
  /** The user that is logged in as this Telegram user. */
  readonly telegramUserId: string | undefined;
}

/** A 3PID of a user. */
export interface ThreepidView extends Pick<AccountAddressRecord, 'medium' | 'address'> {
  /** `account`: a 3PID of the Matrix account. `binding`: the identity service publishes it. */
  readonly use: 'account' | 'binding';
  readonly addedAt: number;
}

/** All that is stored about a user. */
export interface UserView {
  readonly mxid: Mxid;
  /** Undefined if the Matrix account is on the homeserver. */
  readonly account: { readonly createdAt: number; readonly deactivatedAt: number | undefined } | undefined;
  readonly devices: readonly DeviceRecord[];
  readonly sessions: readonly SessionView[];
  readonly processes: readonly ProcessView[];
  readonly handOvers: readonly HandOverView[];
  readonly threepids: readonly ThreepidView[];
}

/** What administrators see and do. Throws AdminFailure. */
export interface Administration {
  listUsers(query: UserQuery): Promise<Listed<Mxid>>;
  findUser(mxid: Mxid): Promise<UserView>;
  listThreepids(mxid: Mxid): Promise<readonly ThreepidView[]>;
  /**
   * Deactivates the Matrix account, if it is here, for good. Ends all its logins, those to Telegram
   * included, and removes its 3PIDs and bindings. Can be repeated.
   */
  deactivate(mxid: Mxid): Promise<{ readonly account: 'deactivated' | 'not_here'; readonly sessions: number }>;
  listSessions(page: Page): Promise<Listed<SessionView>>;
  findSession(telegramUserId: string): Promise<SessionView>;
  /** Logs the user out of Telegram. The daemon asks Telegram until it succeeds. */
  revokeSession(
    telegramUserId: string,
    options: { readonly withoutBridge: boolean },
  ): Promise<{ readonly owner: Mxid | undefined; readonly outcome: RevocationOutcome }>;
  /** A page may contain fewer login processes than its limit. */
  listProcesses(page: Page): Promise<Listed<ProcessView>>;
  cancelProcess(id: string): Promise<ProcessView>;
  listHandOvers(page: Page): Promise<Listed<HandOverView>>;
  retryHandOver(telegramUserId: string): Promise<void>;
}

/** The dependencies of createAdministration. */
export interface AdministrationDeps {
  readonly database: Database;
  readonly revoker: Revoker;
  readonly processes: Pick<LoginProcesses, 'cancelForced'>;
  readonly hasBridge: boolean;
  readonly clock: Clock;
}

/** Returns the administration of this database. */
export function createAdministration(deps: AdministrationDeps): Administration {
  const { database, revoker, processes, hasBridge, clock } = deps;

  async function requireUser(mxid: Mxid): Promise<void> {
    const isKnown = await database.read(({ knownUsers }) => knownUsers.has(mxid));
    if (!isKnown) throw new AdminFailure({ kind: 'user_unknown' });
  }

  return {
    async listUsers({ telegramUserId, search, ...page }) {
      if (telegramUserId === undefined) {
        const users = await database.read(({ knownUsers }) => knownUsers.list({ ...page, search }));
        return listed(users, page, (mxid) => mxid);
      }
      const account = await database.read((readers) => readers.telegramAccounts.findByTelegramUserId(telegramUserId));
      const isWanted = account?.owner.toLowerCase().includes((search ?? '').toLowerCase());
      return { items: account && isWanted === true ? [account.owner] : [], next: undefined };
    },

    async findUser(mxid) {
      await requireUser(mxid);
      return database.transaction((tx) => viewUser(tx, mxid));
    },

    async listThreepids(mxid) {
      await requireUser(mxid);
      return database.transaction((tx) => viewThreepids(tx, mxid));
    },

    async deactivate(mxid) {
      await requireUser(mxid);
      return database.transaction(async (tx) => {
        const account = await revoker.holdAll(tx, mxid);
        const sessions = await tx.telegramAccounts.listByOwner(mxid);
        const at = account?.deactivatedAt ?? clock.now();
        await revoker.revoke(tx, { mxid, events: ['deactivate'], at });
        return { account: account ? 'deactivated' : 'not_here', sessions: sessions.length };
      });
    },

    async listSessions(page) {
      return database.transaction(async (tx) => {
        const accounts = await tx.telegramAccounts.page(page);
        const items: SessionView[] = [];
        for (const account of accounts) items.push(await viewSession(tx, account));
        return listed(items, page, ({ telegramUserId }) => telegramUserId);
      });
    },

    async findSession(telegramUserId) {
      return database.transaction(async (tx) => {
        const account = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
        if (!account) throw new AdminFailure({ kind: 'session_unknown' });
        return viewSession(tx, account);
      });
    },

    async revokeSession(telegramUserId, { withoutBridge }) {
      const account = await database.read((readers) => readers.telegramAccounts.findByTelegramUserId(telegramUserId));
      const outcome = await revokeSession(database, telegramUserId, { withoutBridge, now: clock.now() });
      if (outcome === undefined) throw new AdminFailure({ kind: 'session_unknown' });
      return { owner: account?.owner, outcome };
    },

    async listProcesses(page) {
      const records = await database.read(({ loginProcesses }) => loginProcesses.page(page));
      const items = records.flatMap((record) => viewProcess(record) ?? []);
      return { items, next: listed(records, page, ({ id }) => id).next };
    },

    async cancelProcess(id) {
      const record = await database.read(({ loginProcesses }) => loginProcesses.findAny(id));
      const view = record && viewProcess(record);
      if (!view || view.step === 'ending' || !(await processes.cancelForced(view.owner, id))) {
        throw new AdminFailure({ kind: 'login_unknown' });
      }
      return view;
    },

    async listHandOvers(page) {
      const records = await database.transaction((tx) => tx.handOvers.page(page));
      return { items: records.map(viewHandOver), next: listed(records, page, ({ id }) => id).next };
    },

    async retryHandOver(telegramUserId) {
      if (!hasBridge) throw new AdminFailure({ kind: 'no_bridge' });
      const isDue = await database.transaction((tx) => retryHandOver(tx, telegramUserId, clock.now()));
      if (!isDue) throw new AdminFailure({ kind: 'hand_over_unknown' });
    },
  };
}

function listed<Item>(items: readonly Item[], { limit }: Page, keyOf: (item: Item) => string): Listed<Item> {
  const last = items.length === limit ? items.at(-1) : undefined;
  return { items, next: last && keyOf(last) };
}

async function viewUser(tx: Transaction, mxid: Mxid): Promise<UserView> {
  const account = await tx.accounts.find(mxid);
  const sessions: SessionView[] = [];
  for (const linked of await tx.telegramAccounts.listByOwner(mxid)) sessions.push(await viewSession(tx, linked));
  const records = await tx.loginProcesses.listByOwner(mxid, 0);
  return {
    mxid,
    account: account && { createdAt: account.createdAt, deactivatedAt: account.deactivatedAt },
    devices: await tx.devices.listByUser(mxid),
    sessions,
    processes: records.flatMap((record) => viewProcess(record) ?? []),
    handOvers: (await tx.handOvers.listByOwner(mxid)).map(viewHandOver),
    threepids: await viewThreepids(tx, mxid),
  };
}

async function viewThreepids(tx: Transaction, mxid: Mxid): Promise<readonly ThreepidView[]> {
  const ofAccount = await tx.accountAddresses.listByUser(mxid);
  const published = await tx.identityAssociations.listByUser(mxid);
  return [
    ...ofAccount.map(({ medium, address, addedAt }) => ({ medium, address, use: 'account' as const, addedAt })),
    ...published.map(({ medium, address, createdAt }) => ({
      medium,
      address,
      use: 'binding' as const,
      addedAt: createdAt,
    })),
  ];
}
