import type { Mxid, ServerName } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** Verifies OpenID tokens. */
export interface OpenId {
  /**
   * Returns the user of an OpenID token from the server's answer (server-server API,
   * "openid/userinfo"). Throws FederationFailure.
   */
  openIdSubject(server: ServerName, token: Secret): Promise<Mxid>;
}

/**
 * What a homeserver is asked by other servers, as far as we need it. Every method throws
 * FederationFailure.
 */
export interface Federation extends OpenId {
  /**
   * POST /_matrix/federation/v1/3pid/onbind; resolves only when the server has taken it with 200.
   */
  postOnBind(server: ServerName, body: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Returns whether `signature` of the server's key `keyId` over these bytes is right, by the keys
   * that the server publishes and itself signs.
   */
  hasSigned(
    server: ServerName,
    signed: { readonly keyId: string; readonly signature: string; readonly bytes: Uint8Array },
  ): Promise<boolean>;
}
