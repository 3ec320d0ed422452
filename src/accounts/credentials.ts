import type { Secret } from '../base/secret.js';
import type { AddressTokenRequest, Caller, RequestBody, UnbindResult } from './threepids/account-addresses.js';

/** A new password for an account. */
export interface PasswordChange {
  /**
   * Undefined if the request has no access token: then a 3PID of the account proves who the user
   * is.
   */
  readonly caller: (Caller & { readonly deviceId: string | undefined }) | undefined;
  readonly newPassword: Secret;
  /** Whether the logins of the account end, except for the caller's. */
  readonly logsOut: boolean;
  /** The member `auth` of the request. */
  readonly auth: unknown;
}

/**
 * The password of an account, and its deactivation (client-server API, "Account management"). Only
 * the embedded authority has them; a homeserver serves its own. Each method throws AccountFailure.
 */
export interface AccountCredentials {
  /**
   * Requires user-interactive authentication by the password, or by a 3PID of the account that was
   * validated for this.
   */
  changePassword(change: PasswordChange): Promise<void>;
  /**
   * Throws ThreepidFailure if this client may request no token for that medium, whatever the
   * address. Counts nothing.
   */
  admitToken(medium: 'email' | 'msisdn', client: string): Promise<void>;
  /**
   * Returns the reply of the request, including `sid`. Sends a token if the 3PID belongs to an
   * account. The reply is the same if it does not, and if the token cannot be sent. Throws
   * ThreepidFailure.
   */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /**
   * Ends the account for good, after user-interactive authentication. Returns whether identity
   * servers deleted the bindings.
   */
  deactivate(caller: Caller, auth: unknown, idServer: string | undefined): Promise<UnbindResult>;
}
