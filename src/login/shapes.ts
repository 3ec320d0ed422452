import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';
import type { CodeDelivery, TelegramUser } from '../telegram/shapes.js';

/** What a person gives to a login. Everything is as it came: the machine says what is missing or malformed. */
export type LoginInput =
  | { readonly kind: 'phone'; readonly phone: string | undefined }
  /** An integer may have lost its leading zeros: it is padded to the length that Telegram told. */
  | { readonly kind: 'code'; readonly code: Secret | number | undefined }
  | { readonly kind: 'password'; readonly password: Secret | undefined }
  | { readonly kind: 'bot_token'; readonly token: Secret | undefined };

/** What a login asks for next, or that it is done. */
export type LoginStep =
  | { readonly kind: 'code'; readonly phone: PhoneNumber; readonly code: SentCode }
  | { readonly kind: 'password'; readonly hint: string | null }
  | { readonly kind: 'complete'; readonly user: TelegramUser };

/** What is known of a code that is on its way. */
export interface SentCode {
  readonly delivery: CodeDelivery;
  readonly length: number | null;
  /** How the code begins, or the masked e-mail address that it went to; null if Telegram does not say. */
  readonly hint: string | null;
  readonly nextDelivery: CodeDelivery | null;
  /** When (epoch ms) another code may be asked for. */
  readonly resendAt: number;
  /** False where an earlier code was still on its way and Telegram was not asked again. */
  readonly fresh: boolean;
}
