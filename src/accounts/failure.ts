import { Failure } from '../base/failure.js';

/** Each expected failure of a Matrix account. */
export type AccountFailureDetails =
  /**
   * Unknown user, unknown 3PID, wrong password, or a user of another server: one answer, so that
   * clients cannot distinguish them.
   */
  | { readonly kind: 'wrong_credentials' }
  | { readonly kind: 'login_token_invalid' }
  | { readonly kind: 'user_deactivated' }
  /** The request names another user than the access token's. */
  | { readonly kind: 'not_yourself' }
  | { readonly kind: 'parameter_missing'; readonly name: string }
  | { readonly kind: 'parameter_invalid'; readonly name: string; readonly problem: string }
  | { readonly kind: 'login_type_unknown'; readonly type: string }
  | { readonly kind: 'token_missing' }
  | { readonly kind: 'device_unknown' }
  /** `softLogout` means that the client may log in again and keep its keys. */
  | { readonly kind: 'token_unknown'; readonly softLogout: boolean }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Too many concurrent logins. */
  | { readonly kind: 'overloaded'; readonly retryAfterMs: number }
  /**
   * User-interactive authentication is incomplete. `body` is what the client needs to continue (401
   * of the specification).
   */
  | { readonly kind: 'authentication_incomplete'; readonly body: Readonly<Record<string, unknown>> }
  /** The answer of the homeserver, to be forwarded unchanged. */
  | {
      readonly kind: 'refused_upstream';
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: 'homeserver_unreachable' }
  /**
   * The homeserver has no user-interactive authentication for this, or requires none at the moment.
   * The operation is rejected.
   */
  | { readonly kind: 'authentication_unsupported' }
  /** The request is nested too deeply to be forwarded. */
  | { readonly kind: 'body_too_deep' }
  /** The admin has disabled changes of 3PIDs. */
  | { readonly kind: 'address_changes_disabled' }
  /** The 3PID already belongs to an account. */
  | { readonly kind: 'address_in_use' }
  /** There is no validated session of this user, or it was already used. */
  | { readonly kind: 'address_not_proven' }
  /** Not `host[:port][/path]`. */
  | { readonly kind: 'identity_server_invalid' }
  /** The answer of the identity server, to be forwarded unchanged. */
  | {
      readonly kind: 'identity_server_refused';
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'identity_server_unreachable' };

/** Thrown by the account authorities and the services built on them. */
export class AccountFailure extends Failure<AccountFailureDetails> {}
