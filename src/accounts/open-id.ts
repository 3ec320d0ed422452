import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** An OpenID token: it only proves who its user is (client-server API, "OpenID"). */
export interface OpenIdGrant {
  readonly token: Secret;
  readonly expiresInMs: number;
}

/** The result of looking up an OpenID token. */
export type OwnOpenIdVerdict =
  | { readonly kind: 'user'; readonly mxid: Mxid }
  /** Issued here, but expired or ended with its login; or forged. */
  | { readonly kind: 'unknown' }
  /** Not issued here. */
  | { readonly kind: 'not_ours' };

/** The OpenID tokens of embedded accounts; a homeserver issues its own. */
export interface OpenIdTokens {
  /**
   * Issues a token for the user of this access token, who must be exactly `mxid`. Throws
   * AccountFailure token_unknown, not_yourself or rate_limited.
   */
  mint(accessToken: Secret, mxid: string): Promise<OpenIdGrant>;
  findUser(token: Secret): Promise<OwnOpenIdVerdict>;
}
