import { accountOfId, accountOfPhone, type Account } from './accounts.js';

/** The group and the channel that every account is in. */
export const sandboxGroup = { id: 4242n, title: 'Sandbox group' } as const;
export const sandboxChannel = { id: 4343n, title: 'Sandbox channel', username: 'sandbox_channel' } as const;

// Private chats and basic groups of an account number their messages together; a channel numbers
// its own.

/** The IDs of the newest messages: with a contact, in the group and in the channel. */
export const messageIds = { contact: 1, group: 2, channel: 1 } as const;
/** The ID that the first message of an account itself follows. */
export const firstChatMessageId = 10;

/**
 * Returns the contacts of an account: the account with the next number at the same data centre.
 * Bots have none.
 */
export function contactsOf({ phone }: Account): readonly Account[] {
  if (phone === undefined) return [];
  const next = (Number(phone.slice(-4)) + 1) % 10_000;
  const contact = accountOfPhone(`${phone.slice(0, -4)}${String(next).padStart(4, '0')}`);
  return contact && contact.kind !== 'unregistered' ? [contact] : [];
}

/** Returns the account with this username, in upper or lower case. */
export function accountOfUsername(username: string): Account | undefined {
  const [, number, bot] = /^sandbox_([123]\d{4})(_bot)?$/i.exec(username) ?? [];
  if (number === undefined) return undefined;
  const account = bot === undefined ? accountOfPhone(`99966${number}`) : accountOfId(BigInt(`20000${number}`));
  const isMeant = account?.username?.toLowerCase() === username.toLowerCase();
  return isMeant && account.kind !== 'unregistered' ? account : undefined;
}
