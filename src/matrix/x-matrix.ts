import type { ServerName } from '../base/mxid.js';

/** A request that a homeserver may have signed, as it came. */
export interface SignedRequest {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  readonly method: string;
  /** Path and query as received. */
  readonly uri: string;
  readonly content: unknown;
}

/** What the signature of a request is worth. */
export type SignatureVerdict =
  | { readonly kind: 'signed'; readonly origin: ServerName }
  | { readonly kind: 'missing' }
  /** Its origin is no server name. */
  | { readonly kind: 'origin_invalid' }
  | { readonly kind: 'wrong' }
  /** The keys of the server cannot be had at the moment. */
  | { readonly kind: 'unreachable' }
  /** They were not asked for, because we ask too many servers at the moment. */
  | { readonly kind: 'overloaded' };

/**
 * Checks the X-Matrix signature of a request to an identity service, over `destination_is`
 * (MSC2140) or `destination` (server-server API, "Request Authentication").
 */
export type VerifyRequest = (request: SignedRequest) => Promise<SignatureVerdict>;
