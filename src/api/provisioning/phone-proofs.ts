import { z } from 'zod';
import {
  phoneStandings,
  type PhoneStanding,
  type TelegramPerson,
  type TelegramProofs,
} from '../../accounts/threepids/telegram-proofs.js';
import type { Mxid } from '../../base/mxid.js';
import type { PhoneNumber } from '../../base/phone.js';
import type { LoginService } from '../../login/service.js';
import type { AccountName } from './telegram-person.js';

/** What logins to Telegram prove of phone numbers; undefined where nothing is made of it. */
export type PhoneProofs = Pick<TelegramProofs, 'getStatus' | 'add'> | undefined;

/** What answers say besides where phone numbers that logins prove may be added to Matrix accounts. */
export const phoneStatus = z
  .enum(phoneStandings)
  .optional()
  .meta({
    description:
      'How it is about the phone number of the Telegram account: `offered` to be added to the Matrix account by add_phone, `added` to it, or ' +
      '`in_use` by another Matrix account. Absent for bots, and for users without a Matrix account here.',
  });

/** What there is to know about the endpoint of each version that adds the number. */
export const addingPhone = {
  summary: 'Add the phone number of the Telegram account to the Matrix account',
  description:
    'Whoever is logged in to Telegram holds its phone number, so no code is sent: from then on the Matrix user can log in to Matrix by it. ' +
    'It goes when the login to Telegram ends, and when Telegram says another number. A number of another Matrix account stays there. ' +
    'May be repeated. A request body is not read. ',
  reply: 'The phone number is an address of the Matrix account',
};

/** What an answer about that Telegram user says of the phone number: at most the one member, to be put at its end. */
export async function describePhoneStatus<Member extends string>(
  member: Member,
  proofs: PhoneProofs,
  owner: Mxid,
  user: TelegramPerson,
): Promise<{ readonly [M in Member]?: PhoneStanding }> {
  const loginStatus = await proofs?.getStatus(owner, user);
  return (loginStatus === undefined ? {} : { [member]: loginStatus }) as { readonly [M in Member]?: PhoneStanding };
}

/** Asks Telegram about the account, the first one where none is named, and adds its phone number, which it returns. */
export async function addPhoneNumber(
  login: Pick<LoginService, 'whoAmI'>,
  proofs: NonNullable<PhoneProofs>,
  owner: Mxid,
  account?: AccountName,
): Promise<PhoneNumber | null> {
  const { phone } = await proofs.add(owner, await login.whoAmI(owner, account));
  return phone;
}
