import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';

/** A Telegram user ID: a positive integer in decimal, up to 2^53. */
export type TelegramUserId = string & { readonly __brand: 'TelegramUserId' };

/** A Telegram user. `phone` is null for bots. */
export interface TelegramUser {
  readonly id: TelegramUserId;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: PhoneNumber | null;
  readonly isBot: boolean;
}

/**
 * How a login code is delivered (auth.SentCodeType); `other` for a delivery that this version does
 * not support.
 */
export type CodeDelivery = (typeof codeDeliveries)[number];

/**
 * Each CodeDelivery. A code by `sms_word` or `sms_phrase` is a word or a phrase; all others are
 * digits.
 */
export const codeDeliveries = [
  'app',
  'sms',
  'sms_word',
  'sms_phrase',
  'call',
  'flash_call',
  'missed_call',
  'email',
  'fragment',
  'other',
] as const;

/** A login code that Telegram has sent (auth.sentCode). */
export interface LoginCode {
  /** signIn requires it with the code. */
  readonly phoneCodeHash: Secret;
  readonly delivery: CodeDelivery;
  /** The number of characters of the code, or null if Telegram does not send it. */
  readonly length: number | null;
  /**
   * How the code begins (`sms_word`, `sms_phrase`), or the masked address that it was sent to
   * (`email`). Null if Telegram does not send it.
   */
  readonly hint: string | null;
  /** How the next code would be delivered, or null if there is no next code. */
  readonly nextDelivery: CodeDelivery | null;
  /** The time before the next code may be requested, or null if Telegram does not send it. */
  readonly timeoutMs: number | null;
}

/** A Telegram user as an account sees them. `phone` is null if it is hidden. */
export type TelegramContact = TelegramUser;

/** A conversation of an account. */
export interface TelegramChat {
  /**
   * In the format of the Bot API: negative for groups, prefixed with -100 for channels and
   * supergroups.
   */
  readonly id: string;
  readonly title: string;
}

/** The result of resolving an identifier. */
export type FoundUser =
  | { readonly kind: 'user'; readonly user: TelegramContact }
  /** A group or a channel. */
  | { readonly kind: 'no_user' }
  | { readonly kind: 'not_found' };

/** The content of a QR code (auth.loginToken). */
export interface LoginToken {
  /** In base64url, as in tg://login?token=…. The account that scans it logs this session in. */
  readonly token: Secret;
  /** Epoch ms. */
  readonly expiresAt: number;
}
