import { Failure } from '../base/failure.js';

/** Each expected failure of Telegram and of the connection to it. */
export type TelegramFailureDetails =
  /**
   * No answer in time, no connection, or an internal error of Telegram (5xx). The session may still
   * be valid: retry later.
   */
  | { readonly kind: 'unreachable' }
  /**
   * The session is over for good. `auth_key_forgotten` stands for the transport error -404,
   * `duplicated` for AUTH_KEY_DUPLICATED.
   */
  | { readonly kind: 'session_dead'; readonly reason: SessionDeath }
  | { readonly kind: 'flood_wait'; readonly retryAfterMs: number }
  | { readonly kind: 'phone_number_invalid' }
  | { readonly kind: 'phone_number_banned' }
  | { readonly kind: 'phone_number_unoccupied' }
  | { readonly kind: 'phone_number_app_signup_forbidden' }
  /**
   * PHONE_NUMBER_FLOOD, PHONE_PASSWORD_FLOOD: too many attempts with this number. Usually lasts a
   * day.
   */
  | { readonly kind: 'phone_number_flood' }
  | { readonly kind: 'phone_code_invalid' }
  /** Also if Telegram no longer has the code hash. Only a new code helps. */
  | { readonly kind: 'phone_code_expired' }
  /**
   * auth.sentCodeTypeSetUpEmailRequired: Telegram sent no code, because the account needs a login
   * e-mail address first.
   */
  | { readonly kind: 'login_email_required' }
  /** auth.sentCodePaymentRequired: Telegram sends a code only after a payment in its own apps. */
  | { readonly kind: 'payment_required' }
  /**
   * Telegram sends no code to this number: no way of delivery is left, or a proof by its own apps
   * is missing.
   */
  | { readonly kind: 'code_unavailable' }
  | { readonly kind: 'password_invalid' }
  /** The account has no cloud password. */
  | { readonly kind: 'password_not_set' }
  | { readonly kind: 'bot_token_invalid' }
  | { readonly kind: 'bot_token_expired' }
  /** The token of a QR login is expired, used or unknown. Only a new token helps. */
  | { readonly kind: 'login_token_invalid' }
  /** FROZEN_METHOD_INVALID: Telegram has frozen the account for breaking its rules. */
  | { readonly kind: 'account_frozen' }
  /**
   * API_ID_INVALID, UPDATE_APP_TO_LOGIN and the like: Telegram rejects this daemon, for every user.
   */
  | { readonly kind: 'client_rejected' }
  /** An error without a row in the table. `name` is Telegram's name for it and safe to show. */
  | { readonly kind: 'unknown_error'; readonly name: string };

/** The reason why a session is over. */
export type SessionDeath = 'revoked' | 'expired' | 'deactivated' | 'duplicated' | 'auth_key_forgotten';

/** Thrown by every call to Telegram. */
export class TelegramFailure extends Failure<TelegramFailureDetails> {}

/** Returns the failure `unreachable` with its cause, which is logged. */
export function unreachable(cause: unknown): TelegramFailure {
  return new TelegramFailure({ kind: 'unreachable' }, { cause: typeof cause === 'string' ? new Error(cause) : cause });
}
