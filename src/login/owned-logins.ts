import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { AccountReader } from '../database/tables/accounts.js';
import type { SessionEnd } from '../database/tables/events.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import { readState, sessionIn, writeState } from './login-codec.js';
import type { TelegramSession } from '../telegram/gateway.js';

/**
 * Returns false if the owner's Matrix account is deactivated. With `find` that locks the account,
 * it stays active until the transaction is over.
 */
export type IsActiveOwner = (owner: Mxid, find: AccountReader['find']) => Promise<boolean>;

/** Checks the accounts in the database. An owner without an account there is active. */
export const hasActiveAccount: IsActiveOwner = async (owner, find) => {
  const account = await find(owner);
  return account?.deactivatedAt === undefined;
};

/**
 * All Telegram logins of a Matrix user, for the deactivation of the Matrix account. Can be used
 * while another process runs the daemon.
 */
export const ownedLogins = {
  async hold(tx: Transaction, owner: Mxid): Promise<void> {
    for (const { id } of await tx.telegramAccounts.listByOwner(owner)) await tx.telegramAccounts.hold(id);
  },

  /**
   * Deletes the linked accounts and the login processes. Their sessions are kept under the same
   * IDs, like those of ended login processes: the daemon's next sweep ends them at Telegram, on
   * their open connections. Logins at the bridge are logged out there.
   */
  async end(tx: Transaction, owner: Mxid, at: number): Promise<void> {
    for (const account of await tx.telegramAccounts.listByOwner(owner)) await endLogin(tx, account, at);
    for (const { id, state: stored, createdAt } of await tx.loginProcesses.listByOwner(owner, 0)) {
      const state = readState(stored);
      const session = sessionIn(state);
      const since = state.step === 'over' ? createdAt : at;
      if (session === null) await tx.loginProcesses.delete(id);
      else await leaveSession(tx, { id, owner, session, since });
    }
  },
};

/**
 * Deletes the linked account and schedules the end of its session or of its login at the bridge.
 * Can be used while another process runs the daemon.
 */
export async function endLogin(tx: Transaction, account: TelegramAccountRecord, at: number): Promise<void> {
  await recordEnd(tx, account, 'logout', at);
  await tx.telegramAccounts.delete(account.id);
  await endLinked(tx, account, at);
}

/**
 * Schedules the end of a linked account that is deleted or replaced in this transaction: of its
 * session, at any holder.
 */
export async function endLinked(tx: Transaction, account: TelegramAccountRecord, at: number): Promise<void> {
  const { id, owner, telegramUserId, session, heldBy } = account;
  switch (heldBy) {
    case 'gangway':
      await tx.handOvers.delete(id);
      if (session !== null) await leaveSession(tx, { id, owner, session, since: at });
      return;
    case 'hand_over':
      await tx.handOvers.update(id, 'pending', { state: 'ending', dueAt: at });
      return;
    case 'bridge': {
      const nothingHere = { session: null, process: null, reason: null, attempts: 0, refusals: 0 };
      const times = { dueAt: at, createdAt: at };
      return tx.handOvers.save({ id, owner, telegramUserId, state: 'ending', ...nothingHere, ...times });
    }
    case 'lease': {
      // The holder may still be connected: the session is ended when the lease is over.
      const lease = await tx.sessionLeases.find(id);
      if (lease) await tx.sessionLeases.save({ ...lease, state: 'ending' });
      return;
    }
    case 'export': {
      // Gangway no longer has a session that the administrator has received.
      const exported = await tx.sessionLeases.find(id);
      if (exported?.state !== 'exported' || exported.session === null) return;
      await tx.sessionLeases.delete(id);
      await leaveSession(tx, { id, owner, session: exported.session, since: at });
    }
  }
}

/** A session without a linked account. */
export interface OrphanedSession {
  readonly id: string;
  readonly owner: Mxid;
  readonly session: TelegramSession;
  /** Epoch ms: when the session became orphaned. */
  readonly since: number;
}

/** Stores the session like that of an ended login process: the next sweep ends it at Telegram. */
export async function leaveSession(tx: Transaction, { id, owner, session, since }: OrphanedSession): Promise<void> {
  const state = writeState({ step: 'over', session, meta: null, end: null });
  await tx.loginProcesses.save({ id, owner, state, createdAt: since, expiresAt: since });
}

/**
 * Stores the events that the login has ended and that its phone number is no longer validated. To
 * be called before the account is deleted.
 */
export async function recordEnd(
  tx: Transaction,
  { id, owner, telegramUserId }: TelegramAccountRecord,
  reason: SessionEnd,
  at: number,
): Promise<void> {
  await tx.events.append({ owner, telegramUserId, at, what: { type: 'session.ended', reason } });
  if (reason === 'replaced') return;
  for (const { address } of await tx.accountAddresses.listByTelegramAccount(id)) {
    const what = { type: 'phone.removed', phone: `+${address}` } as const;
    await tx.events.append({ owner, telegramUserId, at, what });
  }
}
