import { Failure } from '../base/failure.js';

/** Why a request of an administrator fails. */
export type AdminFailureDetails =
  | { readonly kind: 'user_unknown' }
  /** No user is logged in as this Telegram user. */
  | { readonly kind: 'session_unknown' }
  /** The login process does not exist, or is over. */
  | { readonly kind: 'login_unknown' }
  /** No hand-over of this Telegram user waits or was refused. */
  | { readonly kind: 'hand_over_unknown' }
  | { readonly kind: 'no_bridge' }
  /** A parameter of the query or of the path is invalid. */
  | { readonly kind: 'parameter_invalid'; readonly parameter: string };

/** Thrown by Administration. */
export class AdminFailure extends Failure<AdminFailureDetails> {}
