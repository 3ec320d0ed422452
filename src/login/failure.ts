import { Failure } from '../base/failure.js';
import type { TelegramFailureDetails } from '../telegram/failure.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { BridgeDown } from './login-status.js';

/** The expected failures of a login: first those from Telegram, then our own. */
export type LoginFailureDetails =
  | { readonly kind: 'phone_number_invalid' }
  | { readonly kind: 'phone_number_banned' }
  | { readonly kind: 'phone_number_unoccupied' }
  | { readonly kind: 'phone_number_app_signup_forbidden' }
  | { readonly kind: 'phone_number_flood' }
  | { readonly kind: 'flood_wait'; readonly retryAfterMs: number }
  | { readonly kind: 'phone_code_invalid' }
  | { readonly kind: 'phone_code_expired' }
  /** Telegram requires a login e-mail address before it sends a code. */
  | { readonly kind: 'login_email_required' }
  /** Telegram sends the code only if it is paid for in its own apps. */
  | { readonly kind: 'payment_required' }
  /** Telegram does not send a code to that number for another reason. A QR code may work. */
  | { readonly kind: 'phone_code_unavailable' }
  | { readonly kind: 'password_invalid' }
  | { readonly kind: 'bot_token_invalid' }
  | { readonly kind: 'bot_token_expired' }
  /**
   * Telegram has ended the login process (other sessions terminated, auth key unregistered): start
   * again.
   */
  | { readonly kind: 'login_revoked' }
  /** Telegram has deactivated or banned the account. */
  | { readonly kind: 'account_deactivated' }
  | { readonly kind: 'account_frozen' }
  | { readonly kind: 'telegram_unreachable' }
  | { readonly kind: 'telegram_rejected_us' }
  /** The bridge that has the session is unreachable or misconfigured. */
  | { readonly kind: 'bridge_unreachable' }
  /** The bridge that has the session refused; `message` is its answer. */
  | { readonly kind: 'bridge_refused'; readonly message: string }
  /** The bridge rejected the client's request with this status; `message` is its answer. */
  | {
      readonly kind: 'bridge_request_rejected';
      readonly status: number;
      readonly errcode: string;
      readonly message: string;
    }
  /** The bridge has the session and cannot list chats. */
  | { readonly kind: 'chats_unavailable' }
  /** The session is being handed over, or another program holds it: it cannot be used now. */
  | { readonly kind: 'session_held' }
  /**
   * Telegram returned an error that has no kind of its own; `name` is Telegram's name of the error.
   */
  | { readonly kind: 'telegram_error'; readonly name: string }
  /** bridge.permissions does not let this Matrix user log in. */
  | { readonly kind: 'not_permitted' }
  /** The owner's Matrix account is deactivated. */
  | { readonly kind: 'owner_deactivated' }
  /** The owner has requested too many codes, QR codes or bot logins recently. */
  | { readonly kind: 'asked_too_often'; readonly retryAfterMs: number }
  | { readonly kind: 'already_logged_in'; readonly user: TelegramUser }
  | { readonly kind: 'not_logged_in' }
  /** The Telegram account is linked to another Matrix user. */
  | { readonly kind: 'telegram_account_taken' }
  | { readonly kind: 'phone_code_missing' }
  | { readonly kind: 'phone_code_not_requested' }
  | { readonly kind: 'phone_code_not_entered' }
  | { readonly kind: 'password_empty' }
  | { readonly kind: 'bot_token_missing' };

/** Thrown by the login service. */
export class LoginFailure extends Failure<LoginFailureDetails> {}

/** Failures of a request about a login process with metadata. */
export type LoginProcessFailureDetails =
  /** No login process has this ID, it belongs to another user, or it ended long ago. */
  | { readonly kind: 'login_unknown' }
  | { readonly kind: 'login_cancelled' }
  | { readonly kind: 'login_timed_out' }
  | { readonly kind: 'login_finished' }
  /** The login process is not at the step of the request. */
  | { readonly kind: 'wrong_step' }
  /** Telegram offers no other way to send the code. */
  | { readonly kind: 'resend_unavailable' }
  /** The owner has the maximum number of Telegram accounts. */
  | { readonly kind: 'too_many_accounts'; readonly allowed: number }
  /** The login was completed with another account than the one to replace. */
  | { readonly kind: 'other_telegram_account' };

/** Thrown by LoginProcesses. */
export class LoginProcessFailure extends Failure<LoginProcessFailureDetails> {}

/** Returns the failure of a login for a failure of Telegram or of the bridge. */
export function failureOf(failure: TelegramFailureDetails | BridgeDown): LoginFailure {
  return new LoginFailure(toLoginFailureDetails(failure));
}

/** Returns the details of that failure. */
export function toLoginFailureDetails(failure: TelegramFailureDetails | BridgeDown): LoginFailureDetails {
  switch (failure.kind) {
    case 'unreachable':
      return { kind: 'telegram_unreachable' };
    case 'session_dead':
      return { kind: failure.reason === 'deactivated' ? 'account_deactivated' : 'login_revoked' };
    case 'client_rejected':
      return { kind: 'telegram_rejected_us' };
    case 'unknown_error':
      return { kind: 'telegram_error', name: failure.name };
    case 'code_unavailable':
      return { kind: 'phone_code_unavailable' };
    case 'password_not_set':
    case 'login_token_invalid':
      return { kind: 'telegram_error', name: failure.kind.toUpperCase() };
    case 'flood_wait':
    case 'phone_number_invalid':
    case 'phone_number_banned':
    case 'phone_number_unoccupied':
    case 'phone_number_app_signup_forbidden':
    case 'phone_number_flood':
    case 'phone_code_invalid':
    case 'phone_code_expired':
    case 'login_email_required':
    case 'payment_required':
    case 'password_invalid':
    case 'bot_token_invalid':
    case 'bot_token_expired':
    case 'account_frozen':
    case 'bridge_unreachable':
      return failure;
  }
}
