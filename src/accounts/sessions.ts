import type { Secret } from '../base/secret.js';
import type { LoginGrant } from './authority.js';

/** A login token, for one login on another device. */
export interface LoginTokenGrant {
  readonly loginToken: Secret;
  readonly expiresInMs: number;
}

/**
 * The operations on an existing login. Only the embedded authority has them; a homeserver serves
 * its own. Each method throws AccountFailure for expected failures.
 */
export interface AccountSessions {
  /**
   * Returns new tokens for the refresh token, which stays valid until one of the new tokens is
   * used.
   */
  refresh(refreshToken: Secret): Promise<Pick<LoginGrant, 'accessToken' | 'refreshToken' | 'expiresInMs'>>;
  /** Ends the login of this access token, and its device. Accepts an expired access token. */
  logOut(accessToken: Secret): Promise<void>;
  /** Ends all logins of the user of this access token. Accepts an expired access token. */
  logOutAll(accessToken: Secret): Promise<void>;
  /**
   * Returns a login token for the user of this access token, after user-interactive authentication
   * with `auth`, the member of the request.
   */
  mintLoginToken(accessToken: Secret, auth: unknown): Promise<LoginTokenGrant>;
}
