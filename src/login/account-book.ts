import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/stores/telegram-account-store.js';
import type { TelegramFault } from '../telegram/failure.js';
import type { TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { AccountChecks, AccountWatcher } from './account-watcher.js';
import type { LoginLedger } from './login-ledger.js';
import { readUser, writeUser } from './stored-forms.js';
import type { TelegramDesk } from './telegram-desk.js';

/** Whether a Matrix user is logged in, asked of Telegram; `unsure` where Telegram could not say, with what is remembered. */
export type Standing =
  | { readonly kind: 'logged_out' }
  | { readonly kind: 'logged_in'; readonly user: TelegramUser }
  | { readonly kind: 'unsure'; readonly user: TelegramUser; readonly fault: TelegramFault };

/** A login that Telegram has accepted and nobody owns yet. */
export interface Acceptance {
  readonly id: string;
  readonly session: TelegramSession;
  readonly user: TelegramUser;
}

/** Knows which Telegram account belongs to whom, and keeps that true. */
export interface AccountBook extends AccountChecks {
  /** Sessions that Telegram has ended are forgotten on the way. */
  standingOf(owner: Mxid): Promise<Standing>;
  /**
   * Makes the Telegram account the owner's, and ends the owner's logins under way, in one transaction.
   * Where somebody has it whose session is alive, or may be, nothing changes and the answer is who that is.
   */
  claim(owner: Mxid, acceptance: Acceptance): Promise<'claimed' | { readonly holder: Mxid }>;
}

export interface AccountBookDeps {
  readonly database: Database;
  readonly desk: TelegramDesk;
  readonly ledger: LoginLedger;
  readonly watcher?: AccountWatcher | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createAccountBook({ database, desk, ledger, watcher, clock, logger }: AccountBookDeps): AccountBook {
  /** The inner lock: whoever holds an owner's lock may take any account's, never the other way round. */
  function standingOfAccount(account: TelegramAccountRecord): Promise<Standing> {
    return database.locks.run(`account:${account.id}`, async () => {
      const answer = await desk.ask({
        key: account.id,
        session: account.session,
        subject: `account:${account.id}`,
        call: (connection) => connection.getMe(),
      });
      if (answer.ok) {
        await remember(account, answer.value, answer.session);
        return { kind: 'logged_in', user: answer.value };
      }
      if (answer.fault.kind !== 'session_dead') {
        return { kind: 'unsure', user: readUser(account.profile), fault: answer.fault };
      }
      logger.warn('Telegram has ended a session; it is forgotten', {
        owner: account.owner,
        reason: answer.fault.reason,
      });
      await database.transaction((tx) => tx.telegramAccounts.delete(account.id));
      await desk.hangUp(account.id);
      return { kind: 'logged_out' };
    });
  }

  async function remember(account: TelegramAccountRecord, user: TelegramUser, session: TelegramSession): Promise<void> {
    const profile = writeUser(user);
    if (profile.equals(account.profile) && session.equals(account.session)) return;
    await database.transaction(async (tx) => {
      const isThere = await tx.telegramAccounts.update({ ...account, profile, session, updatedAt: clock.now() });
      if (isThere) await watcher?.whenChanged(tx, { accountId: account.id, owner: account.owner, user });
    });
  }

  function insert(owner: Mxid, { id, session, user }: Acceptance): Promise<boolean> {
    return database.transaction(async (tx) => {
      const at = clock.now();
      const record = {
        id,
        owner,
        telegramUserId: user.id,
        session,
        profile: writeUser(user),
        createdAt: at,
        updatedAt: at,
      };
      if (!(await tx.telegramAccounts.insert(record))) return false;
      await ledger.closeAll(tx, owner, id);
      await watcher?.whenClaimed(tx, { accountId: id, owner, user });
      return true;
    });
  }

  return {
    async standingOf(owner) {
      for (const account of await database.transaction((tx) => tx.telegramAccounts.listByOwner(owner))) {
        const standing = await standingOfAccount(account);
        if (standing.kind !== 'logged_out') return standing;
      }
      return { kind: 'logged_out' };
    },

    async check(accountId) {
      const account = await database.transaction((tx) => tx.telegramAccounts.find(accountId));
      const standing = account && (await standingOfAccount(account));
      await desk.hangUp(accountId);
      return standing?.kind === 'unsure' && standing.fault.kind === 'unreachable' ? 'unreachable' : 'checked';
    },

    async claim(owner, acceptance) {
      if (await insert(owner, acceptance)) return 'claimed';
      const holder = await database.transaction((tx) => tx.telegramAccounts.findByTelegramUserId(acceptance.user.id));
      // The same login, finished by another daemon: its session is this one.
      if (holder?.id === acceptance.id) return 'claimed';
      if (holder && (await standingOfAccount(holder)).kind !== 'logged_out') return { holder: holder.owner };
      return (await insert(owner, acceptance)) ? 'claimed' : { holder: holder?.owner ?? owner };
    },
  };
}
