import type { Transaction } from '../database/database.js';
import { startHandOver } from '../hand-over/start-hand-over.js';

/**
 * Makes the hand-over due if it waits, or starts it again if it was refused. Returns false if there
 * is none. Can be used while another process runs the daemon.
 */
export async function retryHandOver(tx: Transaction, telegramUserId: string, now: number): Promise<boolean> {
  let isDue = false;
  for (const { id, state } of await tx.handOvers.listByTelegramUserId(telegramUserId)) {
    if (state === 'refused') {
      const account = (await tx.telegramAccounts.hold(id)) && (await tx.telegramAccounts.find(id));
      if (account && (await startHandOver(tx, account, now))) isDue = true;
    } else if (await tx.handOvers.update(id, state, { dueAt: now })) {
      isDue = true;
    }
  }
  return isDue;
}
