import type { Bridge } from '../bridge/bridge.js';
import { cleanHumanInput } from '../base/human-input.js';
import type { Mxid } from '../base/mxid.js';
import { readPhoneNumber } from '../base/read-phone-number.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramConnection } from '../telegram/gateway.js';
import type { FoundUser, TelegramContact, TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { HandOvers } from '../hand-over/hand-overs.js';
import type { LinkedAccounts } from './linked-accounts.js';
import {
  TelegramAccountFailure,
  type AccountList,
  type VisibleUser,
  type TelegramAccount,
  type TelegramAccounts,
  type WhichAccounts,
} from './accounts.js';
import { createBridgedContacts } from './bridged-contacts.js';
import { failureOf, LoginFailure } from './failure.js';
import type { LoginCompletion } from './login-completion.js';
import type { OwnerQueue } from './owner-queue.js';
import type { AccountLoginStatus, BridgeView } from './login-status.js';
import { readUser } from './login-codec.js';

export interface TelegramAccountServiceDeps {
  readonly linkedAccounts: LinkedAccounts;
  readonly completion: LoginCompletion;
  /** Both undefined without a bridge. */
  readonly bridge: Bridge | undefined;
  readonly handOvers: HandOvers | undefined;
  readonly queue: OwnerQueue;
}

/** How long a logout waits for the bridge. After that it continues in the background. */
const bridgeLogoutMs = 10_000;

export function createTelegramAccountService(deps: TelegramAccountServiceDeps): TelegramAccounts {
  const { linkedAccounts, completion, bridge, handOvers } = deps;
  const { permit, runExclusive, runExclusiveWithin } = deps.queue;
  const contacts = bridge && createBridgedContacts(bridge);

  async function load(owner: Mxid, id: TelegramUserId | undefined): Promise<TelegramAccountRecord> {
    let accounts = await linkedAccounts.list(owner);
    // The bridge may have logins that were not made here.
    const isLinked = accounts.some(({ telegramUserId }) => id === undefined || telegramUserId === id);
    if (bridge && !isLinked) {
      const found = await linkedAccounts.getOwnerView(owner);
      if (found.view === undefined) throw new LoginFailure({ kind: 'bridge_unreachable' });
      accounts = found.accounts;
    }
    if (id === undefined) {
      const [first] = accounts;
      if (first) return first;
      throw new LoginFailure({ kind: 'not_logged_in' });
    }
    const account = accounts.find(({ telegramUserId }) => telegramUserId === id);
    if (account) return account;
    throw new TelegramAccountFailure({ kind: 'account_unknown' });
  }

  /**
   * Sends a request on the account, or on the first one whose session Telegram has not ended;
   * `viaBridge` if the bridge has it.
   */
  async function ask<T>(
    owner: Mxid,
    id: TelegramUserId | undefined,
    call: (connection: TelegramConnection, user: TelegramUser) => Promise<T>,
    viaBridge: (through: Through) => Promise<T>,
  ): Promise<T> {
    permit(owner);
    for (;;) {
      const account = await load(owner, id);
      const answer = await linkedAccounts.ask(account, (connection) => call(connection, readUser(account.profile)));
      switch (answer.kind) {
        case 'answer':
          return answer.value;
        case 'held':
          if (answer.account.heldBy !== 'bridge' || !contacts) throw new LoginFailure({ kind: 'session_held' });
          return viaBridge({ contacts, ...atBridgeAs(answer.account) });
        case 'failed':
          throw failureOf(answer.failure);
        case 'session_over':
          if (id !== undefined) throw new LoginFailure({ kind: 'not_logged_in' });
      }
    }
  }

  /**
   * Runs an operation that only a bridge performs; undefined if the bridge does not have the
   * account.
   */
  async function atBridge<T>(
    owner: Mxid,
    id: TelegramUserId | undefined,
    call: (through: Through) => Promise<T>,
  ): Promise<T | undefined> {
    permit(owner);
    if (!contacts) return undefined;
    const account = await load(owner, id);
    if (account.heldBy === 'gangway') return undefined;
    if (account.heldBy !== 'bridge') throw new LoginFailure({ kind: 'session_held' });
    return call({ contacts, ...atBridgeAs(account) });
  }

  function list(owner: Mxid): Promise<AccountList> {
    return runExclusiveWithin(owner, 'accounts', async () => {
      const { view, loginStatuses } = await linkedAccounts.loginStatuses(owner);
      if (loginStatuses.length === 0 && bridge && view === undefined) {
        throw new LoginFailure({ kind: 'bridge_unreachable' });
      }
      return { accounts: loginStatuses.map((loginStatus) => accountOf(loginStatus, view)), bridge: view };
    });
  }

  async function logOut(owner: Mxid, which: WhichAccounts): Promise<readonly TelegramUserId[]> {
    const { view, accounts } = await linkedAccounts.getFullOwnerView(owner);
    const chosen = accounts.filter(
      ({ telegramUserId }, index) =>
        which === 'all' || (which === 'first' ? index === 0 : telegramUserId === which.account),
    );
    if (chosen.length === 0 && bridge && view === undefined) throw new LoginFailure({ kind: 'bridge_unreachable' });
    if (chosen.length === 0 && typeof which === 'object') throw new TelegramAccountFailure({ kind: 'account_unknown' });
    for (const account of chosen) await linkedAccounts.delete(account);
    // If this fails now, the sweep retries it.
    await Promise.all(
      chosen.map(async ({ id, heldBy }) =>
        heldBy === 'gangway' ? completion.endSessionOf(owner, id) : handOvers?.settle(id, bridgeLogoutMs),
      ),
    );
    return chosen.map(({ profile }) => readUser(profile).id);
  }

  return {
    async accounts(owner) {
      permit(owner);
      return (await list(owner)).accounts;
    },

    async listAccounts(owner) {
      permit(owner);
      return list(owner);
    },

    async logOut(owner, which) {
      permit(owner);
      const what = typeof which === 'string' ? which : `account ${which.account}`;
      return runExclusive(owner, `log out ${what}`, () => logOut(owner, which));
    },

    contacts: (owner, account) =>
      ask<readonly VisibleUser[]>(
        owner,
        account,
        async (connection, { isBot }) => (isBot ? [] : connection.contacts()),
        async ({ contacts: bridged, isBot, ...login }) => (isBot ? [] : bridged.contacts(login)),
      ),

    chats: (owner, account) =>
      ask(
        owner,
        account,
        async (connection, { isBot }) => (isBot ? [] : connection.chats()),
        async ({ isBot }) => {
          if (isBot) return [];
          throw new LoginFailure({ kind: 'chats_unavailable' });
        },
      ),

    async resolveIdentifier(owner, identifier, account) {
      const found = await ask<FoundSomebody>(
        owner,
        account,
        (connection, user) => find(connection, user, identifier),
        ({ contacts: bridged, ...login }) => bridged.resolve(login, identifier),
      );
      switch (found.kind) {
        case 'user':
          return found.user;
        case 'no_user':
          throw new TelegramAccountFailure({ kind: 'identifier_not_user' });
        case 'not_found':
          throw new TelegramAccountFailure({ kind: 'identifier_unknown' });
      }
    },

    searchUsers: (owner, query, account) =>
      ask<readonly VisibleUser[]>(
        owner,
        account,
        async (connection, { isBot }) => {
          const text = query.trim();
          return isBot || text === '' ? [] : connection.searchUsers(text);
        },
        async ({ contacts: bridged, isBot, ...login }) => (isBot ? [] : bridged.search(login, query)),
      ),

    createDm: (owner, identifier, account) =>
      atBridge(owner, account, ({ contacts: bridged, ...login }) => bridged.createDm(login, identifier)),

    createGroup: (owner, group, account) =>
      atBridge(owner, account, ({ contacts: bridged, ...login }) => bridged.createGroup(login, group)),

    passToBridge: (owner, request, account) =>
      atBridge(owner, account, ({ contacts: bridged, ...login }) => bridged.passOn(login, request)),
  };
}

/** A login at the bridge and the service for it. */
interface Through {
  readonly contacts: ReturnType<typeof createBridgedContacts>;
  readonly owner: Mxid;
  readonly login: TelegramUserId;
  readonly isBot: boolean;
}

function atBridgeAs({ owner, telegramUserId, profile }: TelegramAccountRecord): Omit<Through, 'contacts'> {
  return { owner, login: telegramUserId as TelegramUserId, isBot: readUser(profile).isBot };
}

type FoundSomebody =
  Exclude<FoundUser, { readonly kind: 'user' }> | { readonly kind: 'user'; readonly user: VisibleUser };

const conditions = { logged_in: 'connected', unsure: 'trouble', logged_out: 'ended' } as const;

function accountOf({ account, loginStatus }: AccountLoginStatus, view: BridgeView): TelegramAccount {
  const { heldBy, createdAt: since, telegramUserId } = account;
  return {
    user: loginStatus.kind === 'logged_out' ? readUser(account.profile) : loginStatus.user,
    condition: conditions[loginStatus.kind],
    since,
    heldBy,
    bridge: heldBy === 'bridge' ? view?.logins.find(({ id }) => id === telegramUserId) : undefined,
  };
}

/**
 * core.telegram.org/api/links: t.me/name and tg://resolve?domain=name; usernames have 4 to 32
 * characters.
 */
const usernamePattern = /^(?:(?:https?:\/\/)?(?:t|telegram)\.me\/|tg:\/\/resolve\?domain=|@)?([a-z]\w{3,31})\/?$/i;

async function find(connection: TelegramConnection, user: TelegramUser, identifier: string): Promise<FoundUser> {
  const text = cleanHumanInput(identifier);
  const username = usernamePattern.exec(text)?.[1];
  if (username !== undefined) return connection.findByUsername(username);
  const phone = /^(?:\+|00|tel:)/i.test(text) ? readPhoneNumber(text) : undefined;
  if (phone && user.isBot) return { kind: 'not_found' };
  if (phone) return connection.findByPhone(phone);
  if (!/^[1-9]\d{0,15}$/.test(text)) return { kind: 'not_found' };
  // Telegram cannot find a user by ID alone unless the account has met that user.
  const known: readonly TelegramContact[] = user.isBot || text === user.id ? [user] : await connection.contacts();
  const contact = known.find(({ id }) => id === text);
  return contact ? { kind: 'user', user: contact } : { kind: 'not_found' };
}
