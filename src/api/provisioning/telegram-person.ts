import type { PhoneNumber } from '../../base/phone.js';
import type { TelegramAccount, TelegramAccounts } from '../../login/accounts.js';

/** A Telegram user. */
export type AccountUser = TelegramAccount['user'];

/** The ID of a Telegram account in the login service. */
export type AccountName = AccountUser['id'];

/**
 * Returns a client's text as an account ID. The login service checks whether the account exists.
 */
export function accountName(text: string): AccountName {
  return text as AccountName;
}

/** A contact of an account. */
export type Contact = Awaited<ReturnType<TelegramAccounts['resolveIdentifier']>>;

/** Returns the first and last name; null if there is neither. */
export function fullName({ firstName, lastName }: AccountUser): string | null {
  return [firstName, lastName].filter((name) => name !== null && name !== '').join(' ') || null;
}

/** Returns the phone number as Telegram writes it: without the plus sign. */
export function wirePhone(number: PhoneNumber | null): string | null {
  return number === null ? null : number.reveal().slice(1);
}
