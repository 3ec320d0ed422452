import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/**
 * An OpenID token: whoever has it may know who its user is, and no more (client-server API,
 * "OpenID").
 */
export interface OpenIdGrant {
  readonly token: Secret;
  readonly expiresInMs: number;
}

/** Whose OpenID token a text is. */
export type OwnOpenIdVerdict =
  | { readonly kind: 'user'; readonly mxid: Mxid }
  /** One of ours that has expired or ended with its login, or a forged one. */
  | { readonly kind: 'unknown' }
  /** No token of our making. */
  | { readonly kind: 'not_ours' };

/** The OpenID tokens of accounts of our own; beside a homeserver they are the homeserver's. */
export interface OpenIdTokens {
  /**
   * For the user of this access token, who must be `mxid`, letter by letter. Throws AccountFailure:
   * token_unknown, not_yourself, rate_limited.
   */
  mint(accessToken: Secret, mxid: string): Promise<OpenIdGrant>;
  findUser(token: Secret): Promise<OwnOpenIdVerdict>;
}
