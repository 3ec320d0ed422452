import { Api } from 'telegram';
import { PhoneNumber } from '../../base/phone.js';
import { TelegramFailure } from '../failure.js';
import type { TelegramUser, TelegramUserId } from '../shapes.js';

/**
 * Returns the user who is now logged in. Throws `phone_number_unoccupied` if no account has the
 * number.
 */
export function readAuthorization(authorization: Api.auth.TypeAuthorization): TelegramUser {
  if (authorization instanceof Api.auth.Authorization) return readUser(authorization.user);
  throw new TelegramFailure({ kind: 'phone_number_unoccupied' });
}

/** Reads a user. Throws for any other answer. */
export function readUser(user: Api.TypeUser | undefined): TelegramUser {
  if (!(user instanceof Api.User)) throw unknownAnswer('a request for a user', user?.className ?? 'nothing');
  // A user who bought usernames has a list of them. The first active one is shown.
  const username = user.username ?? user.usernames?.find((one) => one.active)?.username;
  return {
    id: user.id.toString() as TelegramUserId,
    username: orNull(username),
    firstName: orNull(user.firstName),
    lastName: orNull(user.lastName),
    phone: (user.phone ? PhoneNumber.parse(user.phone) : undefined) ?? null,
    isBot: user.bot === true,
  };
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

/** Returns the failure for an answer of Telegram that this version does not support. */
export function unknownAnswer(to: string, answer: string): TelegramFailure {
  const cause = new Error(`Telegram answered ${to} with ${answer}`);
  return new TelegramFailure({ kind: 'unknown_error', name: 'UNEXPECTED_ANSWER' }, { cause });
}
