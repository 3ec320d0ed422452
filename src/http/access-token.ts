import { Secret } from '../base/secret.js';

/** Where a request may carry an access token. */
export interface TokenPlaces {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** The query, without its question mark. */
  readonly query: string;
}

// Visible ASCII (RFC 6750, 2.1, and what homeservers make); other texts are nobody's token, and do not fit into a header.
const tokenText = /^[\x21-\x7e]{1,4096}$/;

/**
 * The access token of a request: that of `Authorization: Bearer`, else the query parameter `access_token`, where clients of old put
 * it; undefined where there is none. Nobody has looked at it.
 */
export function readAccessToken({ authorization, query }: TokenPlaces): Secret | undefined {
  const bearer = /^Bearer +(.*)$/i.exec(authorization ?? '')?.[1];
  const text = bearer ?? new URLSearchParams(query).get('access_token') ?? '';
  return tokenText.test(text) ? new Secret(text) : undefined;
}
