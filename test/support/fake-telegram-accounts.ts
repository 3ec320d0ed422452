import type { TelegramFault } from '../../src/telegram/failure.js';
import type { TelegramUser, TelegramUserId } from '../../src/telegram/shapes.js';
import { PhoneNumber } from '../../src/base/phone.js';

/** The cloud password of every magic account that has one. */
export const magicPassword = 'correct horse';
/** The hint that goes with it. */
export const magicPasswordHint = 'xkcd 936';

/** What the fake knows about a phone number, or about a bot's token. */
export interface FakeAccount {
  readonly dataCentre: number;
  readonly code: string;
  readonly password: string | undefined;
  /** Null where nobody has registered. */
  readonly user: TelegramUser | null;
  /** Thrown by sendCode. */
  readonly sendCodeFault: TelegramFault | undefined;
  /** Thrown by signIn, whatever the code. */
  readonly signInFault: TelegramFault | undefined;
}

const magicPhone = /^\+99966([1-3])(\d{4})$/;
const magicToken = /^[1-9]\d{3,9}:[\w-]{35}$/;

/** The account of a phone number; undefined for a number that does not exist. */
export function accountOfPhone(phone: PhoneNumber): FakeAccount | undefined {
  const [, dataCentre, number] = magicPhone.exec(phone.reveal()) ?? [];
  if (dataCentre === undefined || number === undefined) return undefined;
  const faults = faultsOf(Number(number));
  return {
    dataCentre: Number(dataCentre),
    code: dataCentre.repeat(5),
    password: number.startsWith('1') ? magicPassword : undefined,
    user: faults.unregistered ? null : userOf(phone, dataCentre, number),
    sendCodeFault: faults.sendCode,
    signInFault: faults.signIn,
  };
}

/** The bot of a token; a fault where the token is good for nothing. */
export function botOfToken(token: string): TelegramUser | TelegramFault {
  if (token.endsWith('-expired')) return { kind: 'bot_token_expired' };
  if (!magicToken.test(token)) return { kind: 'bot_token_invalid' };
  const [id = ''] = token.split(':');
  return {
    id: id as TelegramUserId,
    username: `bot${id}_bot`,
    firstName: `Bot ${id}`,
    lastName: null,
    phone: null,
    isBot: true,
  };
}

function userOf(phone: PhoneNumber, dataCentre: string, number: string): TelegramUser {
  const withoutUsername = number.startsWith('2');
  return {
    id: `99966${dataCentre}${number}` as TelegramUserId,
    username: withoutUsername ? null : `magic_${dataCentre}_${number}`,
    firstName: 'Magic',
    lastName: number,
    phone,
    isBot: false,
  };
}

interface FaultsOfAccount {
  readonly sendCode?: TelegramFault;
  readonly signIn?: TelegramFault;
  readonly unregistered?: true;
}

function faultsOf(number: number): FaultsOfAccount {
  if (number < 3000) return {};
  if (number < 3100) return { sendCode: { kind: 'phone_number_banned' } };
  if (number < 3200) return { unregistered: true };
  if (number < 3300) return { sendCode: { kind: 'phone_number_app_signup_forbidden' } };
  if (number < 3400) return { sendCode: { kind: 'phone_number_flood' } };
  if (number < 3500) return { signIn: { kind: 'phone_code_expired' } };
  if (number < 4000) return {};
  if (number < 5000) return { sendCode: { kind: 'flood_wait', retryAfterMs: (number - 4000) * 1000 } };
  return {};
}
