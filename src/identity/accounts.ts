import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** A policy to accept, as `GET /terms` shows it: a version, and a name and URL by language. */
export interface Policy {
  readonly version: string;
  readonly languages: Readonly<Record<string, { readonly name: string; readonly url: string }>>;
}

/**
 * Users of version 2 of the identity service: admitted by their homeserver's word. Every method
 * throws IdentityFailure.
 */
export interface IdentityAccounts {
  /** Throws rate_limited if this client may not register now. Counts nothing. */
  checkClient(client: string): void;
  /**
   * Returns a token for the user whom `matrixServerName` vouches for; `client` stands for the
   * client's address.
   */
  register(openId: {
    readonly accessToken: Secret;
    readonly matrixServerName: string;
    readonly client: string;
  }): Promise<Secret>;
  /** Whose token it is: token_unknown if it is nobody's. */
  holder(token: Secret): Promise<Mxid>;
  /** token_unknown if it was nobody's. */
  logOut(token: Secret): Promise<void>;
  /** By id. */
  readonly policies: Readonly<Record<string, Policy>>;
  /** terms_unknown_url for what is none of ours; accumulates. */
  acceptTerms(mxid: Mxid, urls: readonly string[]): Promise<void>;
  /**
   * Throws terms_unsigned until each policy is accepted, in its present version, in one of its
   * languages.
   */
  requireTerms(mxid: Mxid): Promise<void>;
  /** Forgets tokens that nobody has used for a year. */
  sweep(): Promise<void>;
}
