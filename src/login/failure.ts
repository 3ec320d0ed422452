import { Failure } from '../base/failure.js';
import type { TelegramUser } from '../telegram/shapes.js';

/** Everything that is known to go wrong in a login. What Telegram says comes first, then what we say. */
export type LoginFault =
  | { readonly kind: 'phone_number_invalid' }
  | { readonly kind: 'phone_number_banned' }
  | { readonly kind: 'phone_number_unoccupied' }
  | { readonly kind: 'phone_number_app_signup_forbidden' }
  | { readonly kind: 'phone_number_flood' }
  | { readonly kind: 'flood_wait'; readonly retryAfterMs: number }
  | { readonly kind: 'phone_code_invalid' }
  | { readonly kind: 'phone_code_expired' }
  /** Telegram sends no code before the account has a login e-mail address. */
  | { readonly kind: 'login_email_required' }
  /** Telegram sends no code unless it is paid for in its own apps. */
  | { readonly kind: 'payment_required' }
  /** Telegram sends no code to that number for another reason; a QR code may help. */
  | { readonly kind: 'phone_code_unavailable' }
  | { readonly kind: 'password_invalid' }
  | { readonly kind: 'bot_token_invalid' }
  | { readonly kind: 'bot_token_expired' }
  /** The login under way was ended by Telegram (other sessions terminated, auth key gone): start again. */
  | { readonly kind: 'login_revoked' }
  /** Telegram has deactivated or banned the account. */
  | { readonly kind: 'account_deactivated' }
  | { readonly kind: 'account_frozen' }
  | { readonly kind: 'telegram_unreachable' }
  | { readonly kind: 'telegram_rejected_us' }
  /** The bridge that has the session cannot be reached, or is not set up as it must be. */
  | { readonly kind: 'bridge_unreachable' }
  /** The bridge that has the session refused; `message` is what it answered. */
  | { readonly kind: 'bridge_refused'; readonly message: string }
  /** The bridge rejected what the client asks for with this status; `message` is what it answered. */
  | {
      readonly kind: 'bridge_request_rejected';
      readonly status: number;
      readonly errcode: string;
      readonly message: string;
    }
  /** The bridge has the session, and has no list of chats. */
  | { readonly kind: 'chats_unavailable' }
  /** The session is on its way to the bridge, or another program has it: nothing can be asked on it now. */
  | { readonly kind: 'session_held' }
  /** Telegram refused for a reason that has no kind of its own; `name` is Telegram's name of the error. */
  | { readonly kind: 'telegram_error'; readonly name: string }
  /** bridge.permissions does not let this Matrix user log in. */
  | { readonly kind: 'not_permitted' }
  /** The owner's Matrix account is deactivated. */
  | { readonly kind: 'owner_deactivated' }
  /** The owner has asked for too many codes, QR codes or logins of bots lately. */
  | { readonly kind: 'asked_too_often'; readonly retryAfterMs: number }
  | { readonly kind: 'already_logged_in'; readonly user: TelegramUser }
  | { readonly kind: 'not_logged_in' }
  /** That Telegram account belongs to another Matrix user already. */
  | { readonly kind: 'telegram_account_taken' }
  | { readonly kind: 'phone_code_missing' }
  | { readonly kind: 'phone_code_not_requested' }
  | { readonly kind: 'phone_code_not_entered' }
  | { readonly kind: 'password_empty' }
  | { readonly kind: 'bot_token_missing' };

/** Thrown by the login service. */
export class LoginFailure extends Failure<LoginFault> {}
