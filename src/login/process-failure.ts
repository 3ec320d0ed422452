import { Failure } from '../base/failure.js';

/** What can be wrong with a request about a login that has a name. */
export type LoginProcessFault =
  /** There is none of this name, or it is somebody else's, or it was over long ago. */
  | { readonly kind: 'login_unknown' }
  | { readonly kind: 'login_cancelled' }
  | { readonly kind: 'login_timed_out' }
  | { readonly kind: 'login_finished' }
  /** The login does not stand at the step that the request is about. */
  | { readonly kind: 'wrong_step' }
  /** Telegram has no other way of sending the code. */
  | { readonly kind: 'resend_unavailable' }
  /** The owner has as many Telegram accounts as are allowed. */
  | { readonly kind: 'too_many_accounts'; readonly allowed: number }
  /** A login that was to replace an account was given another one. */
  | { readonly kind: 'other_telegram_account' };

/** Thrown by LoginProcesses. */
export class LoginProcessFailure extends Failure<LoginProcessFault> {}
