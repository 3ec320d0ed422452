import type { Secret } from '../base/secret.js';
import type { AddressTokenRequest, Caller, RequestBody, UnbindResult } from './threepids/account-addresses.js';

/** A new password for an account. */
export interface PasswordChange {
  /** Undefined if no access token was sent: then an address of the account proves whose it is. */
  readonly caller: (Caller & { readonly deviceId: string | undefined }) | undefined;
  readonly newPassword: Secret;
  /** Whether the logins of the account end. That of the caller stays. */
  readonly logsOut: boolean;
  /** That member of the request. */
  readonly auth: unknown;
}

/**
 * The password of an account, and its end (client-server API, "Account management"). Only the
 * embedded authority has them: beside a homeserver they are the homeserver's. Every method throws
 * AccountFailure.
 */
export interface AccountCredentials {
  /**
   * After user-interactive authentication by the password, or by an address of the account that was
   * validated for this.
   */
  changePassword(change: PasswordChange): Promise<void>;
  /**
   * Throws ThreepidFailure if tokens are refused to that client, whatever the address of that
   * medium. Counts nothing.
   */
  admitToken(medium: 'email' | 'msisdn', client: string): void;
  /**
   * Returns the reply of the request, `sid` in it. Sends a token if the address belongs to an
   * account; the reply is the same if it does not, and the same if the token cannot be sent. Throws
   * ThreepidFailure.
   */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /**
   * Ends the account for good, after user-interactive authentication. Returns whether identity
   * servers forgot what was published there.
   */
  deactivate(caller: Caller, auth: unknown, idServer: string | undefined): Promise<UnbindResult>;
}
