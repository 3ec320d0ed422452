/** A request to an address that somebody else chose. */
export interface GuardedRequest {
  readonly method: 'GET' | 'POST';
  /** http: or https:, without userinfo. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Where to connect instead of the URL's own host and port, which then still name the certificate
   * and the Host header.
   */
  readonly connectTo?: { readonly host: string; readonly port: number };
}

/** An answer, read to its end. */
export interface GuardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends a request without letting strangers reach private networks through us: names are resolved
 * once, every address is checked, and the connection goes to the checked address. Size and time are
 * capped; redirects are answered as they are, not followed. Throws FederationFailure
 * (address_refused, no_connection, no_answer, overloaded, answer_unfit).
 */
export type GuardedFetch = (request: GuardedRequest) => Promise<GuardedAnswer>;
