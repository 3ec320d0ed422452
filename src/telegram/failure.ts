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
  | { readonly kind: 'password_invalid' }
  | { readonly kind: 'bot_token_invalid' }
  | { readonly kind: 'bot_token_expired' }
  /** API_ID_INVALID, UPDATE_APP_TO_LOGIN and their like: Telegram refuses this daemon, whoever the user is. */
  | { readonly kind: 'client_rejected' }
  /** An RPC error that no row of the table knows; its name is in the cause, for the log only. */
  | { readonly kind: 'unknown_error' };

/** Why a session is over. */
export type SessionDeath = 'revoked' | 'expired' | 'deactivated' | 'duplicated' | 'auth_key_forgotten';

/** Thrown by everything that talks to Telegram. */
export class TelegramFailure extends Failure<TelegramFault> {}
