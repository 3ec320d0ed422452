import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';
import type { Database } from '../database/database.js';
import type { StoredTelegramAccount, TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramFailureDetails } from '../telegram/failure.js';
import type { TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import type { TelegramUserId } from '../telegram/shapes.js';
import type { AccountChecks, AccountWatcher } from './accounts.js';
import type { BridgedAccounts } from './bridged-accounts.js';
import type { LoginStore } from './login-store.js';
import { endLinked, recordEnd } from './owned-logins.js';
import type { BridgeView, OwnerLoginStatuses, OwnerView, LoginStatus } from './login-status.js';
import { readUser, writeUser } from './login-codec.js';
import type { TelegramCalls } from './telegram-calls.js';

/** The linked Telegram accounts of all owners, kept in line with Telegram and the bridge. */
export interface LinkedAccounts extends AccountChecks {
  /**
   * Returns the status of the named or the first account. Deletes accounts whose session Telegram
   * has ended.
   */
  getStatus(owner: Mxid, name?: TelegramUserId): Promise<LoginStatus>;
  /** Like getStatus, for the owner of these accounts. */
  statusIn(view: OwnerView, name?: TelegramUserId): Promise<LoginStatus>;
  /** Returns the status of this account. Deletes it if Telegram has ended its session. */
  statusOf(account: TelegramAccountRecord): Promise<LoginStatus>;
  /**
   * Returns the status of every account, oldest first. Accounts with the status `logged_out` are
   * deleted, except at the bridge.
   */
  loginStatuses(owner: Mxid): Promise<OwnerLoginStatuses>;
  /**
   * Returns the bridge's answer, if there is a bridge, with the linked accounts, which are updated
   * to it.
   */
  getOwnerView(owner: Mxid): Promise<OwnerView>;
  /** Also returns logins that the bridge still lists although Telegram has ended them. */
  getFullOwnerView(owner: Mxid): Promise<OwnerView>;
  /**
   * Returns whether the owner of these accounts may add one. Accounts count if their sessions are
   * valid or may be.
   */
  hasRoom(owner: Mxid, accounts: readonly TelegramAccountRecord[]): Promise<boolean>;
  /** Returns the stored accounts, oldest first, without a request to Telegram. */
  list(owner: Mxid): Promise<readonly TelegramAccountRecord[]>;
  /**
   * Sends a request on an account's session. Deletes the account if Telegram has ended the session.
   */
  ask<T>(
    account: TelegramAccountRecord,
    call: (connection: TelegramConnection) => Promise<T>,
  ): Promise<AccountAnswer<T>>;
  /** Deletes the account. Its session is ended at Telegram later, or its login at the bridge. */
  delete(account: TelegramAccountRecord): Promise<void>;
}

/** The result of a request about an account. */
export type AccountAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** Gangway does not hold the session, so no request can be sent on it. */
  | { readonly kind: 'held'; readonly account: TelegramAccountRecord }
  | { readonly kind: 'session_over' }
  | { readonly kind: 'failed'; readonly failure: TelegramFailureDetails };

export interface LinkedAccountsDeps {
  readonly database: Database;
  readonly calls: TelegramCalls;
  readonly store: LoginStore;
  /** The maximum number of accounts of an owner. */
  readonly maxAccounts: number;
  readonly watcher?: AccountWatcher | undefined;
  /** Undefined without a bridge. */
  readonly bridged?: BridgedAccounts | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a request about an account is sent. */
interface AskOptions<T> {
  /** Returns the profile that the answer contains. */
  readonly profileIn?: (value: T) => Secret;
  /** Whether the request counts as a use of the session. */
  readonly isUse?: boolean;
}

/** Uses that follow sooner are not stored. */
const useEveryMs = 86_400_000;

export function createLinkedAccounts(deps: LinkedAccountsDeps): LinkedAccounts {
  const { database, calls, store, maxAccounts, watcher, bridged, clock, logger } = deps;
  const list = (owner: Mxid) => database.read(({ telegramAccounts }) => telegramAccounts.listByOwner(owner));

  /**
   * The inner lock: a holder of an owner's lock can take an account's lock, but not the other way
   * round.
   */
  function ask<T>(
    account: TelegramAccountRecord,
    call: (connection: TelegramConnection) => Promise<T>,
    { profileIn = () => account.profile, isUse = true }: AskOptions<T> = {},
  ): Promise<AccountAnswer<T>> {
    // Does not wait for a hand-over in progress, which can take a minute.
    if (account.session === null) return Promise.resolve({ kind: 'held', account });
    return database.locks.run(`account:${account.id}`, async () => {
      const current = await database.read(({ telegramAccounts }) => telegramAccounts.find(account.id));
      if (current === undefined) return { kind: 'session_over' };
      if (current.session === null) return { kind: 'held', account: current };
      const answer = await calls.ask({
        key: account.id,
        session: current.session,
        method: 'account',
        subject: account.id,
        call,
      });
      if (answer.ok) {
        if (isUse) await noteUse(current);
        await remember(current, { session: answer.session, profile: profileIn(answer.value) });
        return { kind: 'answer', value: answer.value };
      }
      if (answer.failure.kind !== 'session_dead') return { kind: 'failed', failure: answer.failure };
      logger.warn('telegram session revoked', {
        owner: account.owner,
        reason: answer.failure.reason,
      });
      const { reason } = answer.failure;
      await database.transaction(async (tx) => {
        await recordEnd(tx, current, reason, clock.now());
        await tx.telegramAccounts.delete(account.id);
      });
      await calls.close(account.id);
      return { kind: 'session_over' };
    });
  }

  async function noteUse({ id, usedAt }: StoredTelegramAccount): Promise<void> {
    const now = clock.now();
    if (now - usedAt >= useEveryMs) await database.transaction((tx) => tx.sessionUses.setUsed(id, now));
  }

  async function remember(
    account: TelegramAccountRecord,
    now: { readonly session: TelegramSession; readonly profile: Secret },
  ): Promise<void> {
    if (now.profile.equals(account.profile) && account.session?.equals(now.session) === true) return;
    await database.transaction(async (tx) => {
      await tx.telegramAccounts.update({ ...account, ...now, updatedAt: clock.now() });
      if (now.profile.equals(account.profile)) return;
      await watcher?.whenChanged(tx, { accountId: account.id, owner: account.owner, user: readUser(now.profile) });
    });
  }

  /** `view` is the bridge's answer about the owner. */
  async function statusOfAccount(account: TelegramAccountRecord, view: BridgeView, isUse = true): Promise<LoginStatus> {
    const answer = await ask(account, (connection) => connection.getMe(), { profileIn: writeUser, isUse });
    switch (answer.kind) {
      case 'answer':
        return { kind: 'logged_in', user: answer.value };
      case 'session_over':
        return { kind: 'logged_out' };
      case 'held':
        return statusElsewhere(answer.account, view);
      case 'failed':
        return { kind: 'unsure', user: readUser(account.profile), failure: answer.failure };
    }
  }

  /**
   * Returns the status of an account whose session is held elsewhere. Until the bridge has it, the
   * last answer of Telegram is used.
   */
  function statusElsewhere(account: TelegramAccountRecord, view: BridgeView): LoginStatus {
    if (account.heldBy === 'bridge' && bridged) return bridged.statusOf(account, view);
    return { kind: 'logged_in', user: readUser(account.profile) };
  }

  const getOwnerView = async (owner: Mxid): Promise<OwnerView> =>
    bridged ? bridged.getOwnerView(owner) : { view: undefined, accounts: await list(owner) };

  async function statusOf(account: TelegramAccountRecord, isUse = true): Promise<LoginStatus> {
    const view = account.heldBy === 'bridge' ? (await getOwnerView(account.owner)).view : undefined;
    return statusOfAccount(account, view, isUse);
  }

  async function statusIn({ view, accounts }: OwnerView, name?: TelegramUserId): Promise<LoginStatus> {
    const meant = accounts.filter(({ telegramUserId }) => name === undefined || telegramUserId === name);
    for (const account of meant) {
      const loginStatus = await statusOfAccount(account, view);
      if (loginStatus.kind !== 'logged_out') return loginStatus;
    }
    return { kind: 'logged_out', isUnasked: bridged !== undefined && view === undefined };
  }

  async function loginStatuses(owner: Mxid): Promise<OwnerLoginStatuses> {
    const { view, accounts } = await getOwnerView(owner);
    const known = await Promise.all(
      accounts.map(async (account) => ({ account, loginStatus: await statusOfAccount(account, view) })),
    );
    return { view, loginStatuses: [...known, ...(bridged?.endedLogins(owner, view, accounts) ?? [])] };
  }

  async function getFullOwnerView(owner: Mxid): Promise<OwnerView> {
    const { view, accounts } = await getOwnerView(owner);
    const ended = bridged?.endedLogins(owner, view, accounts) ?? [];
    return { view, accounts: [...accounts, ...ended.map(({ account }) => account)] };
  }

  async function hasRoom(owner: Mxid, accounts: readonly TelegramAccountRecord[]): Promise<boolean> {
    if (accounts.length < maxAccounts) return true;
    await loginStatuses(owner);
    return (await list(owner)).length < maxAccounts;
  }

  return {
    async getStatus(owner, name) {
      return statusIn(await getOwnerView(owner), name);
    },
    statusIn,
    statusOf: (account) => statusOf(account),
    loginStatuses,
    getOwnerView,
    getFullOwnerView,
    hasRoom,
    list,
    ask: (account, call) => ask(account, call),

    async check(accountId) {
      const account = await database.read(({ telegramAccounts }) => telegramAccounts.find(accountId));
      const loginStatus = account && (await statusOf(account, false));
      await calls.close(accountId);
      const isUnknown = loginStatus?.kind === 'unsure' && account?.heldBy === 'gangway';
      return isUnknown && loginStatus.failure.kind === 'unreachable' ? 'unreachable' : 'checked';
    },

    delete(account) {
      return database.transaction(async (tx) => {
        // Its session may be in the process of a hand-over.
        await tx.telegramAccounts.hold(account.id);
        const current = await tx.telegramAccounts.find(account.id);
        // A login at the bridge that Telegram has ended is not linked.
        if (!current) return account.heldBy === 'bridge' ? endLinked(tx, account, clock.now()) : undefined;
        await recordEnd(tx, current, 'logout', clock.now());
        await tx.telegramAccounts.delete(account.id);
        if (current.session === null) return endLinked(tx, current, clock.now());
        await tx.handOvers.delete(current.id);
        await store.discardWithin(tx, current.owner, { id: current.id, session: current.session });
      });
    },
  };
}
