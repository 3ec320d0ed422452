import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/**
 * A policy that users must accept, as in `GET /terms`: a version, and a name and URL by language.
 */
export interface Policy {
  readonly version: string;
  readonly languages: Readonly<Record<string, { readonly name: string; readonly url: string }>>;
}

/**
 * The users of version 2 of the identity service. Their homeserver authenticates them. Each method
 * throws IdentityFailure.
 */
export interface IdentityUsers {
  /** Throws rate_limited if this client may not register now. Counts nothing. */
  checkClient(client: string): void;
  /**
   * Returns a token for the user that `matrixServerName` names for the OpenID token. `client`
   * represents the client's address.
   */
  register(openId: {
    readonly accessToken: Secret;
    readonly matrixServerName: string;
    readonly client: string;
  }): Promise<Secret>;
  /** Returns the user of the token. Throws token_unknown if there is none. */
  holder(token: Secret): Promise<Mxid>;
  /** Deletes the token. Throws token_unknown if there is none. */
  logOut(token: Secret): Promise<void>;
  /** By id. */
  readonly policies: Readonly<Record<string, Policy>>;
  /**
   * Records the acceptance, in addition to earlier ones. Throws terms_unknown_url for any other
   * URL.
   */
  acceptTerms(mxid: Mxid, urls: readonly string[]): Promise<void>;
  /**
   * Throws terms_unsigned until each policy is accepted in its current version, in any language.
   */
  requireTerms(mxid: Mxid): Promise<void>;
  /** Deletes tokens that were not used for a year. */
  sweep(): Promise<void>;
}
