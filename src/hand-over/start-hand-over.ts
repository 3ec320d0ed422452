import type { Transaction } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';

/**
 * Moves the session from the linked account to a hand-over due at that time (epoch ms). Returns
 * false if Gangway does not hold the session. Can be used while another process runs the daemon,
 * which closes its connection before it sends the session.
 */
export async function startHandOver(tx: Transaction, account: TelegramAccountRecord, at: number): Promise<boolean> {
  const { id, owner, telegramUserId, session } = account;
  if (session === null) return false;
  const change = { from: 'gangway', to: 'hand_over', session: null, at } as const;
  if (!(await tx.telegramAccounts.setHolder(id, change))) return false;
  const fresh = { process: null, reason: null, attempts: 0, refusals: 0, dueAt: at, createdAt: at };
  await tx.handOvers.save({ id, owner, telegramUserId, state: 'pending', session, ...fresh });
  return true;
}
