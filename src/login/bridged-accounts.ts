import type { Bridge, BridgeLogin, BridgeUser } from '../bridge/bridge.js';
import { BridgeFailure } from '../bridge/failure.js';
import type { Mxid } from '../base/mxid.js';
import { PhoneNumber } from '../base/phone.js';
import { randomId } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Database, Transaction } from '../database/database.js';
import type { SessionEnd } from '../database/tables/events.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { AccountWatcher } from './accounts.js';
import type { AccountLoginStatus, BridgeView, OwnerView, LoginStatus } from './login-status.js';
import { readUser, writeUser } from './login-codec.js';
import { recordEnd } from './owned-logins.js';

/**
 * The linked accounts of a user whose sessions the bridge has, including logins that were made at
 * the bridge.
 */
export interface BridgedAccounts {
  /**
   * Requests the user from the bridge. Returns its answer with the linked accounts, which are
   * updated to it.
   */
  getOwnerView(owner: Mxid): Promise<OwnerView>;
  /** Returns the status of an account at the bridge, according to its answer. */
  statusOf(account: TelegramAccountRecord, view: BridgeView): LoginStatus;
  /**
   * Returns the logins that the bridge still lists although Telegram has ended them, except those
   * of `linked` accounts.
   */
  endedLogins(owner: Mxid, view: BridgeView, linked: readonly TelegramAccountRecord[]): readonly AccountLoginStatus[];
}

export interface BridgedAccountsDeps extends Runtime {
  readonly bridge: Bridge;
  readonly database: Database;
  readonly watcher?: AccountWatcher | undefined;
}

const noLogins: BridgeUser = { bridgeBot: '', commandPrefix: '', logins: [] };
/**
 * The answer about a user who may not log in at the bridge: no logins are listed, although earlier
 * ones stay connected.
 */
const forbidden: BridgeUser = { ...noLogins };

export function createBridgedAccounts(deps: BridgedAccountsDeps): BridgedAccounts {
  const { bridge, database, watcher, clock, random, logger } = deps;

  async function ask(owner: Mxid): Promise<BridgeView> {
    try {
      return await bridge.findUser(owner);
    } catch (error) {
      if (!(error instanceof BridgeFailure)) throw error;
      const { details } = error;
      if (details.kind === 'bridge_user_forbidden') return forbidden;
      logger[details.kind === 'bridge_unreachable' ? 'warn' : 'error']('bridge request failed', { failure: details });
      return undefined;
    }
  }

  /**
   * Returns the linked accounts, written only if the answer differs. `askedAt` is the time of the
   * request: later changes are newer than the answer.
   */
  async function align(
    tx: Transaction,
    owner: Mxid,
    user: BridgeUser,
    askedAt: number,
  ): Promise<readonly TelegramAccountRecord[]> {
    const accounts = await tx.telegramAccounts.listByOwner(owner);
    if (user === forbidden) return accounts;
    const working = user.logins.filter(({ state }) => state.condition !== 'ended');
    let isChanged = false;
    for (const account of accounts.filter(({ heldBy, updatedAt }) => heldBy === 'bridge' && updatedAt < askedAt)) {
      const login = working.find(({ id }) => id === account.telegramUserId);
      if (!login) await end(tx, account, 'bridge');
      if (!login || (await update(tx, account, login))) isChanged = true;
    }
    const unlinked = working.filter(({ id }) => !accounts.some(({ telegramUserId }) => telegramUserId === id));
    const handOvers = unlinked.length === 0 ? [] : await tx.handOvers.listByOwner(owner);
    const isEnding = (id: string) =>
      handOvers.some(({ telegramUserId, state }) => telegramUserId === id && state === 'ending');
    for (const login of unlinked.filter(({ id }) => !isEnding(id))) {
      await adopt(tx, owner, login, askedAt);
      isChanged = true;
    }
    return isChanged ? tx.telegramAccounts.listByOwner(owner) : accounts;
  }

  async function end(tx: Transaction, account: TelegramAccountRecord, reason: SessionEnd): Promise<void> {
    await recordEnd(tx, account, reason, clock.now());
    await tx.telegramAccounts.delete(account.id);
  }

  /** Returns false and writes nothing if the bridge's answer has not changed. */
  async function update(tx: Transaction, account: TelegramAccountRecord, login: BridgeLogin): Promise<boolean> {
    const user = userOf(login, readUser(account.profile));
    const profile = writeUser(user);
    if (profile.equals(account.profile)) return false;
    await tx.telegramAccounts.update({ ...account, profile, updatedAt: clock.now() });
    await watcher?.whenChanged(tx, { accountId: account.id, owner: account.owner, user });
    return true;
  }

  /** Links a login that was made at the bridge, so that the account has one owner. */
  async function adopt(tx: Transaction, owner: Mxid, login: BridgeLogin, askedAt: number): Promise<void> {
    const before = await tx.telegramAccounts.findByTelegramUserId(login.id);
    // The bridge assigns an account to the last user who logged in to it.
    if (before?.heldBy === 'bridge' && before.updatedAt < askedAt) await end(tx, before, 'replaced');
    const user = userOf(login);
    const at = clock.now();
    const times = { createdAt: at, updatedAt: at };
    const id = randomId(random);
    const record = { id, owner, telegramUserId: user.id, session: null, profile: writeUser(user), ...times };
    if (!(await tx.telegramAccounts.insert({ ...record, heldBy: 'bridge' }))) return;
    const what = { type: 'login.completed', isBot: user.isBot } as const;
    await tx.events.append({ owner, telegramUserId: user.id, at, what });
    await watcher?.whenClaimed(tx, { accountId: id, owner, user });
  }

  return {
    async getOwnerView(owner) {
      const askedAt = clock.now();
      const view = await ask(owner);
      const accounts = await database.transaction((tx) =>
        view ? align(tx, owner, view, askedAt) : tx.telegramAccounts.listByOwner(owner),
      );
      return { view, accounts };
    },

    endedLogins(owner, view = noLogins, linked) {
      const isLinked = ({ id }: BridgeLogin) => linked.some(({ telegramUserId }) => telegramUserId === id);
      const ended = view.logins.filter(({ state }) => state.condition === 'ended');
      return ended
        .filter((login) => !isLinked(login))
        .map((login) => {
          const at = login.state.timestamp * 1000;
          const account = {
            id: login.id,
            owner,
            telegramUserId: login.id,
            session: null,
            profile: writeUser(userOf(login)),
            heldBy: 'bridge',
            createdAt: at,
            updatedAt: at,
          } as const;
          return { account, loginStatus: { kind: 'logged_out' } };
        });
    },

    statusOf(account, view) {
      const user = readUser(account.profile);
      if (view === undefined || view === forbidden) {
        return { kind: 'unsure', user, failure: { kind: 'bridge_unreachable' } };
      }
      const login = view.logins.find(({ id }) => id === account.telegramUserId);
      switch (login?.state.condition) {
        case 'working':
          return { kind: 'logged_in', user };
        case 'trouble':
          return { kind: 'unsure', user, failure: { kind: 'unreachable' } };
        case 'ended':
        case undefined:
          return { kind: 'logged_out' };
      }
    },
  };
}

/**
 * Returns the logged-in user. The bridge's answer has no first and last names: the previous ones
 * are kept.
 */
function userOf({ id, profile, isBot }: BridgeLogin, before?: TelegramUser): TelegramUser {
  const phone = profile.phone === undefined ? undefined : PhoneNumber.parse(profile.phone);
  return {
    id: id as TelegramUserId,
    username: profile.username ?? null,
    firstName: before?.firstName ?? profile.name ?? null,
    lastName: before?.lastName ?? null,
    phone: phone ?? before?.phone ?? null,
    isBot: isBot ?? before?.isBot ?? false,
  };
}
