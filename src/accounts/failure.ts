import { Failure } from '../base/failure.js';

/** Everything that is known to go wrong with a Matrix account. */
export type AccountFault =
  /**
   * Unknown user, unknown address, wrong password, another server's user: one answer, so that
   * nobody learns which.
   */
  | { readonly kind: 'wrong_credentials' }
  | { readonly kind: 'login_token_invalid' }
  | { readonly kind: 'user_deactivated' }
  /** Another user was named than the one of the access token. */
  | { readonly kind: 'not_yourself' }
  | { readonly kind: 'parameter_missing'; readonly name: string }
  | { readonly kind: 'parameter_invalid'; readonly name: string; readonly problem: string }
  | { readonly kind: 'login_type_unknown'; readonly type: string }
  | { readonly kind: 'token_missing' }
  | { readonly kind: 'device_unknown' }
  /** `softLogout` tells a client to log in again and keep its keys. */
  | { readonly kind: 'token_unknown'; readonly softLogout: boolean }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** More logins at once than can be worked on. */
  | { readonly kind: 'overloaded'; readonly retryAfterMs: number }
  /**
   * User-interactive authentication is not complete; `body` is what the client needs to go on (401
   * of the specification).
   */
  | { readonly kind: 'authentication_incomplete'; readonly body: Readonly<Record<string, unknown>> }
  /** What the homeserver answered, to be passed on as it is. */
  | {
      readonly kind: 'refused_upstream';
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: 'homeserver_unreachable' }
  /**
   * The homeserver has no user-interactive authentication for this, or demands none at the moment:
   * it is not done without.
   */
  | { readonly kind: 'authentication_unsupported' }
  /** The request is nested too deeply to be passed on. */
  | { readonly kind: 'body_too_deep' }
  /** The admin lets nobody change the addresses of accounts. */
  | { readonly kind: 'address_changes_disabled' }
  /** The address belongs to an account already. */
  | { readonly kind: 'address_in_use' }
  /** There is no session in which this user has proven an address, or it has been used. */
  | { readonly kind: 'address_not_proven' }
  /** Not `host[:port][/path]`. */
  | { readonly kind: 'identity_server_invalid' }
  /** What the identity server answered, to be passed on as it is. */
  | {
      readonly kind: 'identity_server_refused';
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'identity_server_unreachable' };

/** Thrown by the account authorities and what is built on them. */
export class AccountFailure extends Failure<AccountFault> {}
