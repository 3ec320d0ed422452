import { Failure } from '../base/failure.js';

/** Everything that is known to go wrong between us and Telegram. */
export type TelegramFault =
  /** No answer in time, no connection, or a fault of Telegram's own (5xx): the session may be well, try again later. */
  | { readonly kind: 'unreachable' }
  /** The session is over for good. `auth_key_forgotten` is the transport's -404; `duplicated` is AUTH_KEY_DUPLICATED. */
  | { readonly kind: 'session_dead'; readonly reason: SessionDeath }
  | { readonly kind: 'flood_wait'; readonly retryAfterMs: number }
  | { readonly kind: 'phone_number_invalid' }
  | { readonly kind: 'phone_number_banned' }
  | { readonly kind: 'phone_number_unoccupied' }
  | { readonly kind: 'phone_number_app_signup_forbidden' }
  /** PHONE_NUMBER_FLOOD, PHONE_PASSWORD_FLOOD: too many tries with this number, usually for a day. */
  | { readonly kind: 'phone_number_flood' }
  | { readonly kind: 'phone_code_invalid' }
  /** Also where the code hash is no longer known: only a new code helps. */
  | { readonly kind: 'phone_code_expired' }
  /** auth.sentCodeTypeSetUpEmailRequired: no code was sent, the account must have a login e-mail address first. */
  | { readonly kind: 'login_email_required' }
  /** auth.sentCodePaymentRequired: Telegram sends a code only to those who pay for it in its own apps. */
  | { readonly kind: 'payment_required' }
  /** Telegram sends no code to this number for another reason: no way of delivery is left, or a proof of its own apps is missing. */
  | { readonly kind: 'code_unavailable' }
  | { readonly kind: 'password_invalid' }
  /** The account has no cloud password (any more). */
  | { readonly kind: 'password_not_set' }
  | { readonly kind: 'bot_token_invalid' }
  | { readonly kind: 'bot_token_expired' }
  /** The token of a QR login is expired, used or unknown: only a new one helps. */
  | { readonly kind: 'login_token_invalid' }
  /** FROZEN_METHOD_INVALID: Telegram has frozen the account for breaking its rules. */
  | { readonly kind: 'account_frozen' }
  /** API_ID_INVALID, UPDATE_APP_TO_LOGIN and their like: Telegram refuses this daemon, whoever the user is. */
  | { readonly kind: 'client_rejected' }
  /** A refusal that no row of the table knows; `name` is Telegram's and safe to show. */
  | { readonly kind: 'unknown_error'; readonly name: string };

/** Why a session is over. */
export type SessionDeath = 'revoked' | 'expired' | 'deactivated' | 'duplicated' | 'auth_key_forgotten';

/** Thrown by everything that talks to Telegram. */
export class TelegramFailure extends Failure<TelegramFault> {}
