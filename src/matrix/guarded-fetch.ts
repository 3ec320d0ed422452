/** A request to an untrusted URL. */
export interface GuardedRequest {
  readonly method: 'GET' | 'POST';
  /** http: or https:, without userinfo. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * The address to connect to instead of the URL's host and port. The certificate and the Host
   * header are still those of the URL.
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
 * Sends a request to an untrusted URL without access to private networks: names are resolved
 * once, every address is checked, and the connection goes to the checked address. Size and time are
 * capped; redirects are answered as they are, not followed. Throws FederationFailure
 * (address_refused, no_connection, no_answer, overloaded, answer_unfit).
 */
export type GuardedFetch = (request: GuardedRequest) => Promise<GuardedAnswer>;
