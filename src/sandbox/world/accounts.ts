import {
  digitsOf,
  magicBotRanges,
  magicBotSecret,
  magicCodes,
  magicRanges,
  type AccountKind,
  type BotKind,
  type MagicRefusal,
} from './magic.js';

/** A Telegram account. Accounts are derived from their numbers and never stored. */
export interface Account {
  /** Positive, and different for every person and bot. */
  readonly id: bigint;
  readonly dc: number;
  readonly kind: AccountKind | BotKind;
  /** The error that one of its methods always answers. */
  readonly refusal: MagicRefusal | undefined;
  readonly isBot: boolean;
  /** Digits only; bots have none. */
  readonly phone: string | undefined;
  readonly firstName: string;
  readonly lastName: string | undefined;
  readonly username: string | undefined;
}

const firstPersonId = 700_000_000;
const firstBotId = 2_000_000_000;
const perDataCentre = 10_000;

/**
 * Returns the account of a phone number, whatever is written between its digits; undefined for
 * numbers that do not exist.
 */
export function accountOfPhone(phone: string): Account | undefined {
  const match = /^99966([123])([0-9]{4})$/.exec(digitsOf(phone));
  return match ? person(Number(match[1]), Number(match[2])) : undefined;
}

/** Returns the bot of a token, or undefined if the token is invalid. */
export function botOfToken(token: string): Account | undefined {
  const [number = '', secret] = token.split(':');
  const match = /^20000([123])([0-9]{4})$/.exec(number);
  return match && secret === magicBotSecret ? bot(Number(match[1]), Number(match[2])) : undefined;
}

/** Returns the account with this user ID. */
export function accountOfId(id: bigint): Account | undefined {
  const number = Number(id);
  if (number >= firstBotId) return botOfToken(`${number}:${magicBotSecret}`);
  const offset = number - firstPersonId;
  return accountOfPhone(`99966${String(offset).padStart(5, '0')}`);
}

/**
 * Returns the code that logs a phone number in: the number of its data centre, five times, unless
 * it is a word or a phrase.
 */
export function loginCodeOf(account: Account): string {
  if (account.kind === 'word_code' || account.kind === 'phrase_code') return magicCodes[account.kind].code;
  return String(account.dc).repeat(5);
}

function person(dc: number, last: number): Account {
  const range = magicRanges.find(({ first, last: end }) => first <= last && last <= end);
  const kind = range?.kind ?? 'plain';
  const number = `${dc}${String(last).padStart(4, '0')}`;
  return {
    id: BigInt(firstPersonId + dc * perDataCentre + last),
    dc,
    kind,
    refusal: range?.refusal,
    isBot: false,
    phone: `99966${number}`,
    firstName: 'Sandbox',
    lastName: number,
    username: kind === 'no_username' ? undefined : `sandbox_${number}`,
  };
}

function bot(dc: number, last: number): Account | undefined {
  const range = magicBotRanges.find(({ first, last: end }) => first <= last && last <= end);
  if (!range) return undefined;
  const number = `${dc}${String(last).padStart(4, '0')}`;
  return {
    id: BigInt(firstBotId + dc * perDataCentre + last),
    dc,
    kind: range.kind,
    refusal: undefined,
    isBot: true,
    phone: undefined,
    firstName: `Sandbox bot ${number}`,
    lastName: undefined,
    username: `sandbox_${number}_bot`,
  };
}
