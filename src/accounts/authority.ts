import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** The user that a login names. */
export type UserIdentifier =
  /**
   * A Matrix ID or its localpart, normalized to what the user saw while typing (cleanHumanInput).
   */
  | { readonly kind: 'user'; readonly user: string }
  /** A 3PID as typed. `country` (ISO 3166-1, two letters) helps to read a national phone number. */
  | { readonly kind: 'address'; readonly medium: string; readonly address: string; readonly country?: string };

/** The credentials of a login. */
export type LoginProof =
  | { readonly kind: 'password'; readonly identifier: UserIdentifier; readonly password: Secret }
  | { readonly kind: 'token'; readonly token: Secret }
  /**
   * A login type that only a homeserver may support, such as that of application services. The
   * request body has the rest.
   */
  | { readonly kind: 'other'; readonly type: string };

/** A login request in the form that all dialects share. */
export interface LoginAttempt {
  readonly proof: LoginProof;
  readonly deviceId: string | undefined;
  readonly deviceName: string | undefined;
  /** Whether the client supports refresh tokens. Only then may its access token expire. */
  readonly wantsRefreshToken: boolean;
  readonly clientAddress: string;
  /** The access token of the request: application services log their users in with theirs. */
  readonly accessToken: Secret | undefined;
  /**
   * The same request as a body of version 3, for an authority that forwards it. Contains secrets.
   */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A login that succeeded. */
export interface LoginGrant {
  readonly mxid: Mxid;
  readonly deviceId: string;
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  /** The lifetime of the access token, or undefined if it does not expire. */
  readonly expiresInMs: number | undefined;
  /** Other members of the reply, such as `well_known`. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** One entry of GET /login. */
export interface LoginFlow {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** The user and the device of an access token. */
export interface TokenHolder {
  readonly mxid: Mxid;
  readonly deviceId: string | undefined;
}

/**
 * The Matrix users of this server, and their logins. There is one authority per server name: the
 * homeserver (relay), or this daemon (embedded). Each method throws AccountFailure for expected
 * failures.
 */
export interface AccountAuthority {
  /** Returns only the login types that work now. */
  loginFlows(clientAddress: string): Promise<readonly LoginFlow[]>;
  logIn(attempt: LoginAttempt): Promise<LoginGrant>;
  /** Returns the holder of this access token. */
  whoAmI(token: Secret, clientAddress: string): Promise<TokenHolder>;
}
