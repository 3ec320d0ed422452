import type { Secret } from '../base/secret.js';
import type { LoginGrant } from './authority.js';

/** A login token, for one login on another device. */
export interface LoginTokenGrant {
  readonly loginToken: Secret;
  readonly expiresInMs: number;
}

/**
 * What can be done with a login afterwards. Only the embedded authority has it: beside a homeserver
 * these requests are the homeserver's own. Every method throws AccountFailure for what is known to
 * go wrong.
 */
export interface AccountSessions {
  /**
   * Returns a new access token and refresh token for the old refresh token, which stays good until
   * one of the new is used.
   */
  refresh(refreshToken: Secret): Promise<Pick<LoginGrant, 'accessToken' | 'refreshToken' | 'expiresInMs'>>;
  /** Ends the login of this access token, its device with it. An expired access token will do. */
  logOut(accessToken: Secret): Promise<void>;
  /** Ends all logins of the user of this access token. An expired access token will do. */
  logOutAll(accessToken: Secret): Promise<void>;
  /**
   * Returns a login token for the user of this access token, after user-interactive authentication:
   * `auth` is that member of the request.
   */
  mintLoginToken(accessToken: Secret, auth: unknown): Promise<LoginTokenGrant>;
}
