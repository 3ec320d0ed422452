import { Api } from 'telegram';
import { TelegramFailure } from '../failure.js';
import { toTelegramUser, unknownAnswer } from '../read-user.js';
import type { TelegramContact, TelegramUser } from '../shapes.js';

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
  if (user instanceof Api.User) return toTelegramUser(user);
  throw unknownAnswer('a request for a user', user?.className ?? 'nothing');
}

/** Returns the users of an answer by their ID. */
export function usersById(users: readonly Api.TypeUser[]): ReadonlyMap<string, TelegramContact> {
  return new Map(
    users.filter((user) => user instanceof Api.User).map((user) => [user.id.toString(), toTelegramUser(user)]),
  );
}
