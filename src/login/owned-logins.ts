import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import { readState, writeState } from './stored-forms.js';
import type { TelegramSession } from '../telegram/gateway.js';

/** All Telegram logins of a Matrix user, for when the Matrix account ends. May be used while another process runs the daemon. */
export const ownedLogins = {
  async hold(tx: Transaction, owner: Mxid): Promise<void> {
    for (const { id } of await tx.telegramAccounts.listByOwner(owner)) await tx.telegramAccounts.hold(id);
  },

  /**
   * Deletes the linked accounts and the login processes. What is left of each is its session, under the same id, as of a login process that
   * is over: the daemon's next sweep ends it at Telegram, on the connection that it may still have.
   */
  async end(tx: Transaction, owner: Mxid, at: number): Promise<void> {
    for (const { id, session } of await tx.telegramAccounts.listByOwner(owner)) {
      await tx.telegramAccounts.delete(id);
      await leaveSession(tx, { id, owner, session, since: at });
    }
    for (const { id, state: stored, createdAt } of await tx.loginProcesses.listByOwner(owner, 0)) {
      const state = readState(stored);
      const session = 'session' in state ? state.session : null;
      const since = state.step === 'over' ? createdAt : at;
      if (session === null) await tx.loginProcesses.delete(id);
      else await leaveSession(tx, { id, owner, session, since });
    }
  },
};

interface Left {
  readonly id: string;
  readonly owner: Mxid;
  readonly session: TelegramSession;
  /** Epoch ms: since when it is to be ended. */
  readonly since: number;
}

async function leaveSession(tx: Transaction, { id, owner, session, since }: Left): Promise<void> {
  const state = writeState({ step: 'over', session, name: null, end: null });
  await tx.loginProcesses.save({ id, owner, state, createdAt: since, expiresAt: since });
}
