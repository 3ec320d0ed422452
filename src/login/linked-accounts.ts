import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';
import type { Database, Transaction } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { HandOvers } from '../hand-over/hand-overs.js';
import type { TelegramFault } from '../telegram/failure.js';
import type { TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import { recordEnd } from './account-events.js';
import type { AccountChecks, AccountWatcher } from './account-watcher.js';
import type { IsActiveOwner } from './active-owner.js';
import type { BridgedAccounts } from './bridged-accounts.js';
import type { Login, LoginStore } from './login-store.js';
import { endLinked } from './owned-logins.js';
import type { BridgeView, OwnerLoginStatuses, OwnerView, LoginStatus } from './login-status.js';
import { readUser, writeUser } from './login-codec.js';
import type { TelegramCalls } from './telegram-calls.js';

/** A login accepted by Telegram that has no owner yet. */
export interface Acceptance {
  /** The future ID of the account and the key of its connection. */
  readonly id: string;
  readonly session: TelegramSession;
  readonly user: TelegramUser;
  /** The login process that this completes, if it is stored. */
  readonly login: Login | undefined;
  /** The digest of the completing input, if the input can be repeated. */
  readonly finishedBy?: string | undefined;
}

/** The result of a claim. Nothing has changed unless it is `claimed`. */
export type Claim =
  /** `replacedId` is the account whose session is to be ended. */
  | { readonly kind: 'claimed'; readonly replacedId: string | undefined }
  /** Another user has the account, whose session is valid or may be. */
  | { readonly kind: 'held'; readonly holder: Mxid }
  /** The owner is logged in as `user`, and the login process required that they are not. */
  | { readonly kind: 'logged_in_before'; readonly user: TelegramUser }
  /** It is not the account that the login process replaces. */
  | { readonly kind: 'other_account' }
  | { readonly kind: 'too_many' }
  /** The owner's Matrix account was deactivated meanwhile. */
  | { readonly kind: 'owner_deactivated' };

/** The linked Telegram accounts of all owners, kept in line with Telegram and the bridge. */
export interface LinkedAccounts extends AccountChecks {
  /**
   * Returns the status of the named or the first account. Deletes accounts whose session Telegram
   * has ended.
   */
  getStatus(owner: Mxid, name?: TelegramUserId): Promise<LoginStatus>;
  /**
   * Returns the status of every account, oldest first. Accounts with the status `logged_out` are
   * deleted, except at the bridge.
   */
  loginStatuses(owner: Mxid): Promise<OwnerLoginStatuses>;
  /**
   * Returns the bridge's answer, if there is a bridge, with the linked accounts, which are updated
   * to it.
   */
  look(owner: Mxid): Promise<OwnerView>;
  /** Also returns logins that the bridge still lists although Telegram has ended them. */
  lookAtAll(owner: Mxid): Promise<OwnerView>;
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
  /**
   * Links the Telegram account to the owner and completes the login process, in one transaction.
   */
  claim(owner: Mxid, acceptance: Acceptance): Promise<Claim>;
  /** Deletes the account. Its session is ended at Telegram later, or its login at the bridge. */
  forget(account: TelegramAccountRecord): Promise<void>;
}

/** The result of a request about an account. */
export type AccountAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** Gangway does not hold the session, so no request can be sent on it. */
  | { readonly kind: 'held'; readonly account: TelegramAccountRecord }
  | { readonly kind: 'session_over' }
  | { readonly kind: 'fault'; readonly fault: TelegramFault };

export interface LinkedAccountsDeps {
  readonly database: Database;
  readonly calls: TelegramCalls;
  readonly store: LoginStore;
  /** The maximum number of accounts of an owner. */
  readonly maxAccounts: number;
  readonly isActiveOwner: IsActiveOwner;
  readonly watcher?: AccountWatcher | undefined;
  /** Both undefined without a bridge. */
  readonly handOvers?: HandOvers | undefined;
  readonly bridged?: BridgedAccounts | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createLinkedAccounts(deps: LinkedAccountsDeps): LinkedAccounts {
  const { database, calls, store, maxAccounts, isActiveOwner, watcher, handOvers, bridged, clock, logger } = deps;
  const list = (owner: Mxid) => database.transaction((tx) => tx.telegramAccounts.listByOwner(owner));

  /**
   * The inner lock: a holder of an owner's lock can take an account's lock, but not the other way
   * round.
   */
  function ask<T>(
    account: TelegramAccountRecord,
    call: (connection: TelegramConnection) => Promise<T>,
    profileIn: (value: T) => Secret = () => account.profile,
  ): Promise<AccountAnswer<T>> {
    // Does not wait for a hand-over in progress, which can take a minute.
    if (account.session === null) return Promise.resolve({ kind: 'held', account });
    return database.locks.run(`account:${account.id}`, async () => {
      const current = await database.transaction((tx) => tx.telegramAccounts.find(account.id));
      if (current === undefined) return { kind: 'session_over' };
      if (current.session === null) return { kind: 'held', account: current };
      const answer = await calls.ask({
        key: account.id,
        session: current.session,
        subject: `account:${account.id}`,
        method: 'account',
        call,
      });
      if (answer.ok) {
        await remember(current, { session: answer.session, profile: profileIn(answer.value) });
        return { kind: 'answer', value: answer.value };
      }
      if (answer.fault.kind !== 'session_dead') return { kind: 'fault', fault: answer.fault };
      logger.warn('telegram session revoked', {
        owner: account.owner,
        reason: answer.fault.reason,
      });
      const { reason } = answer.fault;
      await database.transaction(async (tx) => {
        await recordEnd(tx, current, reason, clock.now());
        await tx.telegramAccounts.delete(account.id);
      });
      await calls.close(account.id);
      return { kind: 'session_over' };
    });
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
  async function statusOfAccount(account: TelegramAccountRecord, view: BridgeView): Promise<LoginStatus> {
    const answer = await ask(account, (connection) => connection.getMe(), writeUser);
    switch (answer.kind) {
      case 'answer':
        return { kind: 'logged_in', user: answer.value };
      case 'session_over':
        return { kind: 'logged_out' };
      case 'held':
        return statusElsewhere(answer.account, view);
      case 'fault':
        return { kind: 'unsure', user: readUser(account.profile), fault: answer.fault };
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

  const look = async (owner: Mxid): Promise<OwnerView> =>
    bridged ? bridged.look(owner) : { view: undefined, accounts: await list(owner) };

  async function statusOfOne(account: TelegramAccountRecord): Promise<LoginStatus> {
    const view = account.heldBy === 'bridge' ? (await look(account.owner)).view : undefined;
    return statusOfAccount(account, view);
  }

  const getStatus = async (owner: Mxid, name?: TelegramUserId) => statusIn(await look(owner), name);

  async function statusIn({ view, accounts }: OwnerView, name?: TelegramUserId): Promise<LoginStatus> {
    const meant = accounts.filter(({ telegramUserId }) => name === undefined || telegramUserId === name);
    for (const account of meant) {
      const loginStatus = await statusOfAccount(account, view);
      if (loginStatus.kind !== 'logged_out') return loginStatus;
    }
    return { kind: 'logged_out', isUnasked: bridged !== undefined && view === undefined };
  }

  async function loginStatuses(owner: Mxid): Promise<OwnerLoginStatuses> {
    const { view, accounts } = await look(owner);
    const known = await Promise.all(
      accounts.map(async (account) => ({ account, loginStatus: await statusOfAccount(account, view) })),
    );
    return { view, loginStatuses: [...known, ...(bridged?.endedLogins(owner, view, accounts) ?? [])] };
  }

  async function lookAtAll(owner: Mxid): Promise<OwnerView> {
    const { view, accounts } = await look(owner);
    const ended = bridged?.endedLogins(owner, view, accounts) ?? [];
    return { view, accounts: [...accounts, ...ended.map(({ account }) => account)] };
  }

  async function hasRoom(owner: Mxid, accounts: readonly TelegramAccountRecord[]): Promise<boolean> {
    if (accounts.length < maxAccounts) return true;
    await loginStatuses(owner);
    return (await list(owner)).length < maxAccounts;
  }

  /**
   * Returns the account that the record has replaced; undefined if none was to be replaced or it is
   * gone.
   */
  async function replace(tx: Transaction, login: Login | undefined, record: TelegramAccountRecord) {
    const { owner, telegramUserId } = record;
    if (login?.name?.replacing !== telegramUserId) return undefined;
    const found = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    if (found?.owner !== owner || !(await tx.telegramAccounts.hold(found.id))) return undefined;
    const replaced = (await tx.telegramAccounts.find(found.id)) ?? found;
    await watcher?.whenReplacing(tx, owner);
    await recordEnd(tx, replaced, 'replaced', clock.now());
    await tx.telegramAccounts.replace(replaced.id, record);
    // A login at the bridge is replaced by the bridge itself.
    if (replaced.heldBy === 'gangway') await store.discardIn(tx, owner, replaced);
    else if (replaced.heldBy !== 'bridge') await endLinked(tx, replaced, clock.now());
    return replaced;
  }

  function insert(owner: Mxid, acceptance: Acceptance): Promise<Claim> {
    const { id, session, user, login, finishedBy } = acceptance;
    return database.transaction(async (tx) => {
      const at = clock.now();
      const profile = writeUser(user);
      const times = { createdAt: at, updatedAt: at };
      const record = { id, owner, telegramUserId: user.id, session, profile, heldBy: 'gangway', ...times } as const;
      const replaced = await replace(tx, login, record);
      if (!replaced && !(await isActiveOwner(tx, owner, 'hold'))) return { kind: 'owner_deactivated' };
      if (!replaced && !(await tx.telegramAccounts.insert(record))) {
        const holder = await tx.telegramAccounts.findByTelegramUserId(user.id);
        return { kind: 'held', holder: holder?.owner ?? owner };
      }
      await store.finish(tx, owner, { sessionId: id, login, user, finishedBy });
      const what = { type: 'login.completed', isBot: user.isBot } as const;
      await tx.events.append({ owner, telegramUserId: user.id, at, what });
      await watcher?.whenClaimed(tx, { accountId: id, owner, user });
      await handOvers?.begin(tx, record);
      return { kind: 'claimed', replacedId: replaced?.id };
    });
  }

  return {
    getStatus: getStatus,
    loginStatuses,
    look,
    lookAtAll,
    hasRoom,
    list,
    ask: (account, call) => ask(account, call),

    async check(accountId) {
      const account = await database.transaction((tx) => tx.telegramAccounts.find(accountId));
      const loginStatus = account && (await statusOfOne(account));
      await calls.close(accountId);
      const isUnknown = loginStatus?.kind === 'unsure' && account?.heldBy === 'gangway';
      return isUnknown && loginStatus.fault.kind === 'unreachable' ? 'unreachable' : 'checked';
    },

    async claim(owner, acceptance) {
      const { user, login } = acceptance;
      const replacing = login?.name?.replacing ?? user.id;
      if (replacing !== user.id) return { kind: 'other_account' };
      // The owner may have logged in to it at the bridge.
      const looked = await look(owner);
      const holder = await database.transaction((tx) => tx.telegramAccounts.findByTelegramUserId(user.id));
      // Another daemon has completed the same login: its session is this one.
      if (holder?.id === acceptance.id) return { kind: 'claimed', replacedId: undefined };
      const isReplaced = login?.name?.replacing === user.id && holder?.owner === owner;
      if (holder && !isReplaced && (await statusOfOne(holder)).kind !== 'logged_out') {
        return { kind: 'held', holder: holder.owner };
      }
      const before = login?.name?.onlyIfLoggedOut === true ? await statusIn(looked) : undefined;
      if (before && before.kind !== 'logged_out') return { kind: 'logged_in_before', user: before.user };
      if (!isReplaced && !(await hasRoom(owner, looked.accounts))) return { kind: 'too_many' };
      const claim = await insert(owner, acceptance);
      if (claim.kind === 'claimed') handOvers?.wake(acceptance.id);
      return claim;
    },

    forget(account) {
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
        await store.discardIn(tx, current.owner, { id: current.id, session: current.session });
      });
    },
  };
}
