import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';
import type { CodeDelivery, TelegramUser } from '../telegram/shapes.js';

/** The user's input to a login, unchanged: the machine reports what is missing or malformed. */
export type LoginInput =
  | { readonly kind: 'phone'; readonly phone: string | undefined }
  /**
   * An integer may have lost its leading zeros: it is padded to the length that Telegram returned.
   */
  | { readonly kind: 'code'; readonly code: Secret | number | undefined }
  | { readonly kind: 'password'; readonly password: Secret | undefined }
  | { readonly kind: 'bot_token'; readonly token: Secret | undefined };

/** The next step of a login, or its completion. */
export type LoginStep =
  | { readonly kind: 'code'; readonly phone: PhoneNumber; readonly code: SentCode }
  | { readonly kind: 'password'; readonly hint: string | null }
  | { readonly kind: 'complete'; readonly user: TelegramUser };

/** A code that was sent. */
export interface SentCode {
  readonly delivery: CodeDelivery;
  readonly length: number | null;
  /**
   * The beginning of the code, or the masked e-mail address that it was sent to; null if unknown.
   */
  readonly hint: string | null;
  readonly nextDelivery: CodeDelivery | null;
  /** When (epoch ms) another code can be requested. */
  readonly resendAt: number;
  /** False if an earlier code is still pending and none was requested from Telegram. */
  readonly fresh: boolean;
}
