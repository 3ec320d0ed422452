import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';

/** A Telegram user ID: a positive integer in decimal, up to 2^53. */
export type TelegramUserId = string & { readonly __brand: 'TelegramUserId' };

/** Who is logged in. `phone` is null for bots. */
export interface TelegramUser {
  readonly id: TelegramUserId;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: PhoneNumber | null;
  readonly isBot: boolean;
}

/** How a login code travels (auth.SentCodeType); `other` for a way that this version does not know. */
export type CodeDelivery = (typeof codeDeliveries)[number];

/** Every CodeDelivery. A code by `sms_word` or `sms_phrase` is a word or a phrase; all others are digits. */
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
  /** Needed with the code at signIn. */
  readonly phoneCodeHash: Secret;
  readonly delivery: CodeDelivery;
  /** How many characters the code has; null where Telegram does not say. */
  readonly length: number | null;
  /** How the code begins (`sms_word`, `sms_phrase`), or the masked address that it went to (`email`); null if Telegram does not say. */
  readonly hint: string | null;
  /** How the next code would travel; null where there is none. */
  readonly nextDelivery: CodeDelivery | null;
  /** How long to wait before asking for the next code; null where Telegram does not say. */
  readonly timeoutMs: number | null;
}

/** Somebody on Telegram, as an account sees them: `phone` is null where it is hidden. */
export type TelegramContact = TelegramUser;

/** A conversation of an account. */
export interface TelegramChat {
  /** As the Bot API writes it: negative for groups, with -100 before it for channels and supergroups. */
  readonly id: string;
  readonly title: string;
}

/** Whom an identifier names. */
export type FoundUser =
  | { readonly kind: 'user'; readonly user: TelegramContact }
  /** A group or a channel. */
  | { readonly kind: 'no_user' }
  | { readonly kind: 'not_found' };

/** What a QR code is made of (auth.loginToken). */
export interface LoginToken {
  /** In base64url, as in tg://login?token=…; whoever scans it logs this session in. */
  readonly token: Secret;
  /** Epoch ms. */
  readonly expiresAt: number;
}
