import type { PhoneNumber } from '../../src/base/phone.js';
import {
  magicBotRanges,
  magicBotSecret,
  magicPasswords,
  magicRanges,
  type AccountKind,
} from '../../src/sandbox/world/magic.js';
import type { TelegramFault } from '../../src/telegram/failure.js';
import type { TelegramUser, TelegramUserId } from '../../src/telegram/shapes.js';

/** The cloud password of every magic account that has one, those of 1900 to 1999 apart. */
export const magicPassword = magicPasswords.password.password;

/** What the fake knows about a phone number. */
export interface FakeAccount {
  readonly dataCentre: number;
  readonly code: string;
  readonly password: { readonly password: string; readonly hint: string | undefined } | undefined;
  /** Null where nobody has registered. */
  readonly user: TelegramUser | null;
  /** Thrown by sendCode. */
  readonly sendCodeFault: TelegramFault | undefined;
  /** Thrown by signIn, whatever the code. */
  readonly signInFault: TelegramFault | undefined;
  /** The first try with each code fails, with the right code too. */
  readonly refusesFirstCode: boolean;
  /** The account is found deactivated by the first call after the login. */
  readonly isDeactivated: boolean;
}

/** The account of a phone number, by the ranges of the sandbox; undefined for a number that does not exist. */
export function accountOfPhone(phone: PhoneNumber): FakeAccount | undefined {
  const [, dataCentre, number] = /^\+99966([1-3])(\d{4})$/.exec(phone.reveal()) ?? [];
  if (dataCentre === undefined || number === undefined) return undefined;
  const last = Number(number);
  const kind = magicRanges.find((range) => range.first <= last && last <= range.last)?.kind ?? 'plain';
  return {
    dataCentre: Number(dataCentre),
    code: dataCentre.repeat(5),
    password: kind === 'password' || kind === 'awkward_password' ? magicPasswords[kind] : undefined,
    user: kind === 'unregistered' ? null : userOf(phone, dataCentre, number, kind),
    sendCodeFault: sendCodeFaultOf(kind, last),
    signInFault: kind === 'code_expired' ? { kind: 'phone_code_expired' } : undefined,
    refusesFirstCode: kind === 'first_code_refused',
    isDeactivated: kind === 'deactivated',
  };
}

/** The bot of a token, by the ranges of the sandbox; a fault where the token is good for nothing. */
export function botOfToken(token: string): TelegramUser | TelegramFault {
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

function sendCodeFaultOf(kind: AccountKind, last: number): TelegramFault | undefined {
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
    case 'plain':
    case 'password':
    case 'awkward_password':
    case 'no_username':
    case 'unregistered':
    case 'code_expired':
    case 'first_code_refused':
    case 'deactivated':
      return undefined;
  }
}
