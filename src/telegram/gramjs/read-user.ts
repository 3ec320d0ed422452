import { Api } from 'telegram';
import { TelegramFailure } from '../failure.js';
import type { PlainUser } from './protocol.js';

/** Who was let in; the failure `phone_number_unoccupied` where nobody has registered the number. */
export function readAuthorization(authorization: Api.auth.TypeAuthorization): PlainUser {
  if (authorization instanceof Api.auth.Authorization) return readUser(authorization.user);
  throw new TelegramFailure({ kind: 'phone_number_unoccupied' });
}

/** Reads a user; anything else is an answer that was not to be expected. */
export function readUser(user: Api.TypeUser | undefined): PlainUser {
  if (!(user instanceof Api.User)) throw unknownAnswer('a request for a user', user?.className ?? 'nothing');
  // Who has bought a username has a list of them, of which the first active one is shown.
  const username = user.username ?? user.usernames?.find((one) => one.active)?.username;
  return {
    id: user.id.toString(),
    username: orNull(username),
    firstName: orNull(user.firstName),
    lastName: orNull(user.lastName),
    phone: orNull(user.phone),
    isBot: user.bot === true,
  };
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

/** The failure that Telegram answers something that this version does not know. */
export function unknownAnswer(to: string, answer: string): TelegramFailure {
  const cause = new Error(`Telegram answered ${to} with ${answer}`);
  return new TelegramFailure({ kind: 'unknown_error', name: 'UNEXPECTED_ANSWER' }, { cause });
}
