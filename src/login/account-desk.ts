import { cleanHumanInput } from '../base/human-input.js';
import type { Mxid } from '../base/mxid.js';
import { readPhoneNumber } from '../base/read-phone-number.js';
import type { TelegramAccountRecord } from '../database/stores/telegram-account-store.js';
import type { TelegramConnection } from '../telegram/gateway.js';
import type { FoundUser, TelegramContact, TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { AccountBook, AccountStanding } from './account-book.js';
import { TelegramAccountFailure, type TelegramAccount, type TelegramAccounts, type WhichAccounts } from './accounts.js';
import { LoginFailure } from './failure.js';
import { loginFaultOf } from './fault-of.js';
import type { InTurn } from './in-turn.js';
import type { LoginWalk } from './login-walk.js';
import { readUser } from './stored-forms.js';

export interface AccountDeskDeps {
  readonly book: AccountBook;
  readonly walk: LoginWalk;
  /** Throws LoginFailure for those who may not log in. */
  readonly permit: (owner: Mxid) => void;
  /** Waits as long as it takes. */
  readonly alone: InTurn;
  /** Throws the LoginFailure `telegram_unreachable` where the owner's turn came too late. */
  readonly promptly: InTurn;
}

export function createAccountDesk({ book, walk, permit, alone, promptly }: AccountDeskDeps): TelegramAccounts {
  async function load(owner: Mxid, id: TelegramUserId | undefined): Promise<TelegramAccountRecord> {
    const accounts = await book.list(owner);
    if (id === undefined) {
      const [first] = accounts;
      if (first) return first;
      throw new LoginFailure({ kind: 'not_logged_in' });
    }
    const account = accounts.find(({ telegramUserId }) => telegramUserId === id);
    if (account) return account;
    throw new TelegramAccountFailure({ kind: 'account_unknown' });
  }

  /** Asks on the account, or on the first one whose session Telegram has not ended. */
  async function ask<T>(
    owner: Mxid,
    id: TelegramUserId | undefined,
    call: (connection: TelegramConnection, user: TelegramUser) => Promise<T>,
  ): Promise<T> {
    permit(owner);
    for (;;) {
      const account = await load(owner, id);
      const answer = await book.ask(account, (connection) => call(connection, readUser(account.profile)));
      switch (answer.kind) {
        case 'answer':
          return answer.value;
        case 'fault':
          throw new LoginFailure(loginFaultOf(answer.fault));
        case 'session_over':
          if (id !== undefined) throw new LoginFailure({ kind: 'not_logged_in' });
      }
    }
  }

  async function logOut(owner: Mxid, which: WhichAccounts): Promise<readonly TelegramUserId[]> {
    const accounts = await book.list(owner);
    const chosen = accounts.filter(
      ({ telegramUserId }, index) =>
        which === 'all' || (which === 'first' ? index === 0 : telegramUserId === which.account),
    );
    if (chosen.length === 0 && typeof which === 'object') throw new TelegramAccountFailure({ kind: 'account_unknown' });
    for (const account of chosen) await book.forget(account);
    // Where that cannot be done now, the sweep will.
    await Promise.all(chosen.map(({ id }) => walk.endLeftover(owner, id)));
    return chosen.map(({ profile }) => readUser(profile).id);
  }

  return {
    async accounts(owner) {
      permit(owner);
      return (await promptly(owner, 'accounts', () => book.standings(owner))).map(accountOf);
    },

    async logOut(owner, which) {
      permit(owner);
      const what = typeof which === 'string' ? which : `account ${which.account}`;
      return alone(owner, `log out ${what}`, () => logOut(owner, which));
    },

    contacts: (owner, account) =>
      ask(owner, account, async (connection, { isBot }) => (isBot ? [] : connection.contacts())),

    chats: (owner, account) => ask(owner, account, async (connection, { isBot }) => (isBot ? [] : connection.chats())),

    async resolveIdentifier(owner, identifier, account) {
      const found = await ask(owner, account, (connection, user) => find(connection, user, identifier));
      switch (found.kind) {
        case 'user':
          return found.user;
        case 'no_user':
          throw new TelegramAccountFailure({ kind: 'identifier_not_user' });
        case 'nobody':
          throw new TelegramAccountFailure({ kind: 'identifier_unknown' });
      }
    },

    searchUsers: (owner, query, account) =>
      ask(owner, account, async (connection, { isBot }) => {
        const text = query.trim();
        return isBot || text === '' ? [] : connection.searchUsers(text);
      }),
  };
}

function accountOf({ account, standing }: AccountStanding): TelegramAccount {
  const since = account.createdAt;
  switch (standing.kind) {
    case 'logged_in':
      return { user: standing.user, condition: 'connected', since };
    case 'unsure':
      return { user: standing.user, condition: 'trouble', since };
    case 'logged_out':
      return { user: readUser(account.profile), condition: 'ended', since };
  }
}

/** core.telegram.org/api/links: t.me/name and tg://resolve?domain=name; usernames have 4 to 32 characters. */
const usernamePattern = /^(?:(?:https?:\/\/)?(?:t|telegram)\.me\/|tg:\/\/resolve\?domain=|@)?([a-z]\w{3,31})\/?$/i;

async function find(connection: TelegramConnection, user: TelegramUser, identifier: string): Promise<FoundUser> {
  const text = cleanHumanInput(identifier);
  const username = usernamePattern.exec(text)?.[1];
  if (username !== undefined) return connection.findByUsername(username);
  const phone = /^(?:\+|00|tel:)/i.test(text) ? readPhoneNumber(text) : undefined;
  if (phone && user.isBot) return { kind: 'nobody' };
  if (phone) return connection.findByPhone(phone);
  if (!/^[1-9]\d{0,15}$/.test(text)) return { kind: 'nobody' };
  // Telegram finds nobody by ID alone whom the account has not met.
  const known: readonly TelegramContact[] = user.isBot || text === user.id ? [user] : await connection.contacts();
  const contact = known.find(({ id }) => id === text);
  return contact ? { kind: 'user', user: contact } : { kind: 'nobody' };
}
