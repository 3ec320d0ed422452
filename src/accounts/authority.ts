import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** Who a login says that it is. */
export type UserIdentifier =
  /** A Matrix ID or its localpart, as the person sees it who typed it (cleanHumanInput). */
  | { readonly kind: 'user'; readonly user: string }
  /**
   * A third-party address, as it was typed; `country` (ISO 3166-1, two letters) helps to read a
   * national phone number.
   */
  | { readonly kind: 'address'; readonly medium: string; readonly address: string; readonly country?: string };

/** What a login proves itself with. */
export type LoginProof =
  | { readonly kind: 'password'; readonly identifier: UserIdentifier; readonly password: Secret }
  | { readonly kind: 'token'; readonly token: Secret }
  /**
   * A login type that only a homeserver may know, such as that of application services; the request
   * body says the rest.
   */
  | { readonly kind: 'other'; readonly type: string };

/** A login as the surfaces have read it. */
export interface LoginAttempt {
  readonly proof: LoginProof;
  readonly deviceId: string | undefined;
  readonly deviceName: string | undefined;
  /** Whether the client can use refresh tokens; only then may its access token expire. */
  readonly wantsRefreshToken: boolean;
  readonly clientAddress: string;
  /**
   * The access token that came with the request: application services log their users in with
   * theirs.
   */
  readonly accessToken: Secret | undefined;
  /**
   * The request body of version 3 that says the same, for an authority that passes it on; it holds
   * secrets.
   */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A login that succeeded. */
export interface LoginGrant {
  readonly mxid: Mxid;
  readonly deviceId: string;
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  /** How long the access token is good for, or undefined if it does not expire. */
  readonly expiresInMs: number | undefined;
  /** Other members of the reply, such as `well_known`. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** One entry of GET /login. */
export interface LoginFlow {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Whose access token it is. */
export interface TokenHolder {
  readonly mxid: Mxid;
  readonly deviceId: string | undefined;
}

/**
 * Who the Matrix users of this server are, and who may act for them. There is one authority for one
 * server name: the homeserver (relay), or this daemon (embedded). Every method throws
 * AccountFailure for what is known to go wrong.
 */
export interface AccountAuthority {
  /** Only what works now. */
  loginFlows(clientAddress: string): Promise<readonly LoginFlow[]>;
  logIn(attempt: LoginAttempt): Promise<LoginGrant>;
  /** Whose access token this is. */
  whoAmI(token: Secret, clientAddress: string): Promise<TokenHolder>;
}
