import type { tl } from '@mtcute/core';
import { TelegramFailure } from '../failure.js';
import { toTelegramUser, unknownAnswer } from '../read-user.js';
import type { TelegramContact, TelegramUser } from '../shapes.js';

/**
 * Returns the user who is now logged in. Throws `phone_number_unoccupied` if no account has the
 * number.
 */
export function readAuthorization(authorization: tl.auth.TypeAuthorization): TelegramUser {
  if (authorization._ === 'auth.authorization') return readUser(authorization.user);
  throw new TelegramFailure({ kind: 'phone_number_unoccupied' });
}

/** Reads a user. Throws for any other answer. */
export function readUser(user: tl.TypeUser | undefined): TelegramUser {
  if (user?._ === 'user') return toTelegramUser(user);
  throw unknownAnswer('a request for a user', user?._ ?? 'nothing');
}

/** Returns the users of an answer by their ID. */
export function usersById(users: readonly tl.TypeUser[]): ReadonlyMap<string, TelegramContact> {
  return new Map(users.filter((user) => user._ === 'user').map((user) => [String(user.id), toTelegramUser(user)]));
}
