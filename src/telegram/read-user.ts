import { PhoneNumber } from '../base/phone.js';
import { TelegramFailure } from './failure.js';
import type { TelegramUser, TelegramUserId } from './shapes.js';

/** The fields of a user (TL type `user`) that each engine names alike. */
export interface UserFields {
  readonly id: { toString(): string };
  readonly username?: string | undefined;
  readonly usernames?: readonly { readonly active?: boolean | undefined; readonly username: string }[] | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly phone?: string | undefined;
  readonly bot?: boolean | undefined;
}

/** Reads a user. */
export function toTelegramUser(user: UserFields): TelegramUser {
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
