import type { Transaction } from '../database/database.js';
import type { SessionEnd } from '../database/tables/events.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';

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
