import { PhoneNumber } from '../../src/base/phone.js';
import {
  magicBotRanges,
  magicBotSecret,
  magicCodes,
  magicEmailPattern,
  magicPasswords,
  magicRanges,
  type AccountKind,
  type MagicRefusal,
} from '../../src/sandbox/world/magic.js';
import type { TelegramFailureDetails } from '../../src/telegram/failure.js';
import { detailsOfRpcError } from '../../src/telegram/rpc-failure-details.js';
import type { CodeDelivery, FoundUser, TelegramChat, TelegramUser, TelegramUserId } from '../../src/telegram/shapes.js';

/** The cloud password of every magic account that has one, except those of 1900 to 1999. */
export const magicPassword = magicPasswords.password.password;

/** The behaviour of the fake for a phone number. */
export interface FakeAccount {
  readonly dataCentre: number;
  readonly code: string;
  readonly delivery: CodeDelivery;
  readonly codeHint: string | null;
  readonly password: { readonly password: string; readonly hint: string | undefined } | undefined;
  /** The password is removed as soon as it is required. */
  readonly losesPassword: boolean;
  /** Null if the number is not registered. */
  readonly user: TelegramUser | null;
  /** The error that sendCode rejects with. */
  readonly sendCodeFailure: TelegramFailureDetails | undefined;
  /** The error that signIn rejects with, for any code. */
  readonly signInFailure: TelegramFailureDetails | undefined;
  /** The first attempt with each code fails, with the right code too. */
  readonly refusesFirstCode: boolean;
  /** The account is found deactivated by the first call after the login. */
  readonly isDeactivated: boolean;
}

/**
 * Returns the account of a phone number, by the ranges of the sandbox; undefined for a number that
 * does not exist.
 */
export function accountOfPhone(phone: PhoneNumber): FakeAccount | undefined {
  const [, dataCentre, number] = /^\+99966([1-3])(\d{4})$/.exec(phone.reveal()) ?? [];
  if (dataCentre === undefined || number === undefined) return undefined;
  const last = Number(number);
  const range = magicRanges.find(({ first, last: end }) => first <= last && last <= end);
  const kind = range?.kind ?? 'plain';
  return {
    dataCentre: Number(dataCentre),
    ...codeOf(kind, dataCentre),
    password: passwordOf(kind),
    losesPassword: kind === 'password_removed',
    user: kind === 'unregistered' ? null : userOf(phone, dataCentre, number, kind),
    sendCodeFailure: sendCodeFailureOf(kind, last) ?? failureOf(range?.refusal, 'auth.sendCode'),
    signInFailure: kind === 'code_expired' ? { kind: 'phone_code_expired' } : failureOf(range?.refusal, 'auth.signIn'),
    refusesFirstCode: kind === 'first_code_refused',
    isDeactivated: kind === 'deactivated',
  };
}

/**
 * Returns the bot of a token, by the ranges of the sandbox, or a failure if the token is not valid.
 */
export function botOfToken(token: string): TelegramUser | TelegramFailureDetails {
  const [number = '', secret] = token.split(':');
  const [, last] = /^20000[1-3](\d{4})$/.exec(number) ?? [];
  const range = magicBotRanges.find(({ first, last: end }) => first <= Number(last) && Number(last) <= end);
  if (range === undefined || secret !== magicBotSecret) return { kind: 'bot_token_invalid' };
  if (range.kind === 'expired') return { kind: 'bot_token_expired' };
  return {
    id: number as TelegramUserId,
    username: `magic_${number}_bot`,
    firstName: `Bot ${number}`,
    lastName: null,
    phone: null,
    isBot: true,
  };
}

/** The data centre of a bot, the sixth digit of its number. */
export function dataCentreOfBot({ id }: TelegramUser): number {
  return Number(id[5]);
}

/** As in the sandbox: the account with the next number in the same data centre is a contact. */
export function contactsOf(user: TelegramUser): TelegramUser[] {
  const [, prefix, last] = /^\+(99966[1-3])(\d{4})$/.exec(user.phone?.reveal() ?? '') ?? [];
  const number = PhoneNumber.parse(`${prefix}${String((Number(last) + 1) % 10_000).padStart(4, '0')}`);
  const contact = number && accountOfPhone(number)?.user;
  return contact ? [contact] : [];
}

/** As in the sandbox: a chat with each contact, a group and a channel. */
export function chatsOf(user: TelegramUser): TelegramChat[] {
  const users = contactsOf(user).map(({ id, firstName, lastName }) => ({ id, title: `${firstName} ${lastName}` }));
  return [...users, { id: '-4242', title: 'Sandbox group' }, { id: '-1000000004343', title: 'Sandbox channel' }];
}

/** The owner of that username; `sandbox_channel` is a channel's. */
export function findByUsername(username: string): FoundUser {
  if (username.toLowerCase() === 'sandbox_channel') return { kind: 'no_user' };
  const [, dataCentre, number] = /^magic_([1-3])_(\d{4})$/i.exec(username) ?? [];
  const phone = PhoneNumber.parse(`99966${dataCentre}${number}`);
  const user = phone && accountOfPhone(phone)?.user;
  return user?.username ? { kind: 'user', user: { ...user, phone: null } } : { kind: 'not_found' };
}

/** Contacts by a part of their name, and the user with that username. */
export function searchUsers(user: TelegramUser, query: string): TelegramUser[] {
  const contacts = contactsOf(user).filter(({ firstName, lastName }) =>
    `${firstName} ${lastName}`.toLowerCase().includes(query.toLowerCase()),
  );
  const found = findByUsername(query);
  return found.kind === 'user' ? [...contacts, found.user] : contacts;
}

function userOf(phone: PhoneNumber, dataCentre: string, number: string, kind: AccountKind): TelegramUser {
  return {
    id: `99966${dataCentre}${number}` as TelegramUserId,
    username: kind === 'no_username' ? null : `magic_${dataCentre}_${number}`,
    firstName: 'Magic',
    lastName: number,
    phone,
    isBot: false,
  };
}

function sendCodeFailureOf(kind: AccountKind, last: number): TelegramFailureDetails | undefined {
  switch (kind) {
    case 'banned':
      return { kind: 'phone_number_banned' };
    case 'signup_forbidden':
      return { kind: 'phone_number_app_signup_forbidden' };
    case 'number_flood':
    case 'password_flood':
      return { kind: 'phone_number_flood' };
    case 'flood_wait':
      return { kind: 'flood_wait', retryAfterMs: (last - 3299) * 1000 };
    case 'login_email_required':
    case 'payment_required':
      return { kind };
    default:
      return undefined;
  }
}

/** The failure of an account that always refuses this method, as the adapter maps it. */
function failureOf(
  refusal: MagicRefusal | undefined,
  method: MagicRefusal['method'],
): TelegramFailureDetails | undefined {
  return refusal?.method === method ? detailsOfRpcError(refusal.code, refusal.name) : undefined;
}

function codeOf(kind: AccountKind, dataCentre: string): Pick<FakeAccount, 'code' | 'delivery' | 'codeHint'> {
  const code = dataCentre.repeat(5);
  switch (kind) {
    case 'word_code':
      return { code: magicCodes[kind].code, delivery: 'sms_word', codeHint: magicCodes[kind].beginning };
    case 'phrase_code':
      return { code: magicCodes[kind].code, delivery: 'sms_phrase', codeHint: magicCodes[kind].beginning };
    case 'email_code':
      return { code, delivery: 'email', codeHint: magicEmailPattern };
    case 'fragment_code':
      return { code, delivery: 'fragment', codeHint: null };
    default:
      return { code, delivery: 'app', codeHint: null };
  }
}

function passwordOf(kind: AccountKind): FakeAccount['password'] {
  switch (kind) {
    case 'password':
    case 'awkward_password':
      return magicPasswords[kind];
    case 'password_removed':
      return magicPasswords.password;
    default:
      return undefined;
  }
}
