import { Secret } from '../base/secret.js';

/** The places of a request that can contain an access token. */
export interface TokenPlaces {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** The query, without its question mark. */
  readonly query: string;
}

// Visible ASCII (RFC 6750, 2.1, and what homeservers make); other texts are no token, and do not
// fit into a header.
const tokenText = /^[\x21-\x7e]{1,4096}$/;

/**
 * Returns what follows the scheme in `Authorization: Bearer <credentials>`, as it came; undefined
 * without the header and for other schemes. The name of a scheme may be in any case (RFC 9110,
 * 11.1).
 */
export function readBearer(authorization: string | undefined): string | undefined {
  return /^Bearer +(.*)$/i.exec(authorization ?? '')?.[1];
}

/** Returns credentials as an access token, or undefined if they are none. */
export function toAccessToken(credentials: string | undefined): Secret | undefined {
  return credentials !== undefined && tokenText.test(credentials) ? new Secret(credentials) : undefined;
}

/**
 * Returns the access token of a request: that of `Authorization: Bearer`, else the query parameter
 * `access_token`, used by old clients, or undefined if there is none. The token is not checked.
 */
export function readAccessToken({ authorization, query }: TokenPlaces): Secret | undefined {
  return toAccessToken(readBearer(authorization) ?? new URLSearchParams(query).get('access_token') ?? undefined);
}
