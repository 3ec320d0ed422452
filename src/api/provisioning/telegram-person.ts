import type { TelegramAccount, TelegramAccounts } from '../../login/accounts.js';

/** Somebody on Telegram. */
export type TelegramPerson = TelegramAccount['user'];

/** What names a Telegram account to the login service. */
export type AccountName = TelegramPerson['id'];

/** The name of an account as a client wrote it: whether there is such an account is for the login service to say. */
export function accountName(text: string): AccountName {
  return text as AccountName;
}

/** Somebody that an account knows. */
export type Contact = Awaited<ReturnType<TelegramAccounts['resolveIdentifier']>>;

/** First and last name in one; null where there is neither. */
export function fullName({ firstName, lastName }: TelegramPerson): string | null {
  return [firstName, lastName].filter((name) => name !== null && name !== '').join(' ') || null;
}
