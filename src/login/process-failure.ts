import { Failure } from '../base/failure.js';

/** Failures of a request about a login process with metadata. */
export type LoginProcessFault =
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
export class LoginProcessFailure extends Failure<LoginProcessFault> {}
