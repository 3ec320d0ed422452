import { z } from 'zod';
import {
  phoneStandings,
  type PhoneStanding,
  type PhoneHolder,
  type TelegramProofs,
} from '../../accounts/threepids/telegram-proofs.js';
import type { Mxid } from '../../base/mxid.js';
import type { PhoneNumber } from '../../base/phone.js';
import type { LoginService } from '../../login/service.js';
import type { AccountName } from './telegram-person.js';

/** Phone numbers validated by Telegram logins; undefined if they are not used. */
export type PhoneProofs = Pick<TelegramProofs, 'getStatus' | 'add' | 'remove'> | undefined;

/** The phone status in answers, if phone numbers can be added to Matrix accounts. */
export const phoneStatus = z
  .enum(phoneStandings)
  .optional()
  .meta({
    description:
      'Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), ' +
      '`added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on ' +
      'this server, and if `threepids.from_telegram` is `off`.',
  });

/** The summary and description of each version's endpoint that adds the number. */
export const addingPhone = {
  summary: 'Add the phone number of the Telegram account to the Matrix account',
  description:
    'The Telegram login proves that the user holds the phone number, so no code is sent. The Matrix user ' +
    'can then log in to Matrix with it. The number is removed when the Telegram login ends or Telegram ' +
    'reports another number. A number of another Matrix account is not moved. Can be repeated. The ' +
    'request body is ignored. ',
  reply: 'The phone number is a 3PID of the Matrix account',
};

/** Returns at most one member about the user's phone number, appended to an answer. */
export async function describePhoneStatus<Member extends string>(
  member: Member,
  proofs: PhoneProofs,
  owner: Mxid,
  user: PhoneHolder,
): Promise<{ readonly [M in Member]?: PhoneStanding }> {
  const loginStatus = await proofs?.getStatus(owner, user);
  return (loginStatus === undefined ? {} : { [member]: loginStatus }) as { readonly [M in Member]?: PhoneStanding };
}

/**
 * Requests the account from Telegram (the first if none is named), adds its phone number and
 * returns it.
 */
export async function addPhoneNumber(
  login: Pick<LoginService, 'whoAmI'>,
  proofs: NonNullable<PhoneProofs>,
  owner: Mxid,
  account?: AccountName,
): Promise<PhoneNumber | null> {
  const { phone } = await proofs.add(owner, await login.whoAmI(owner, account));
  return phone;
}
