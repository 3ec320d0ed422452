import type { TelegramPerson, TelegramProofs } from '../../accounts/contacts/telegram-proofs.js';
import type { Mxid } from '../../base/mxid.js';

/** What logins to Telegram prove of phone numbers; undefined where nothing is made of it. */
export type PhoneProofs = Pick<TelegramProofs, 'standing' | 'add'> | undefined;

/** What an answer about that Telegram user says of the phone number: at most one property, to be put at its end. */
export async function sayStanding(proofs: PhoneProofs, owner: Mxid, user: TelegramPerson) {
  const standing = await proofs?.standing(owner, user);
  return standing === undefined ? {} : { add_phone: standing };
}
