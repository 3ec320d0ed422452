import { Failure } from '../base/failure.js';

/** An invalid member of a body. */
export interface InvalidMember {
  /** Names of members, joined by dots. */
  readonly at: string;
  readonly problem: 'missing' | 'wrong_type' | 'wrong_value' | 'too_many';
}

/** A problem that the kernel finds in a request. Each API has its own error for it. */
export type HttpProblem =
  | { readonly kind: 'route_unknown' }
  /** `isPage` if the other methods of the path return HTML pages. */
  | { readonly kind: 'method_not_allowed'; readonly allowed: readonly string[]; readonly isPage: boolean }
  /** No secret or a wrong one; no access token. `isMissing` if an API distinguishes the two. */
  | { readonly kind: 'unauthorized'; readonly isMissing?: boolean }
  /** The address of the client is not allowed. */
  | { readonly kind: 'address_refused' }
  /** A wrong secret from an address that has sent too many of them. */
  | { readonly kind: 'too_many_attempts'; readonly retryAfterMs: number }
  /** The credentials cannot be checked at the moment. */
  | { readonly kind: 'authentication_unavailable' }
  /** Not JSON: bad syntax, bytes that are not UTF-8, or nothing at all. */
  | { readonly kind: 'body_not_json' }
  /**
   * JSON without the shape that the endpoint declares. `members` is empty if the
   * body is no object.
   */
  | { readonly kind: 'body_unfit'; readonly members: readonly InvalidMember[] }
  | { readonly kind: 'body_too_large'; readonly limitBytes: number }
  /** The bodies of other requests take all the memory reserved for bodies. */
  | { readonly kind: 'server_busy' }
  /** A Content-Encoding: bodies are read as they are, never unpacked. */
  | { readonly kind: 'body_encoded' }
  /** An invalid percent-encoding in the path. */
  | { readonly kind: 'path_malformed' }
  /** The limit of long-lived connections is reached. */
  | { readonly kind: 'too_many_open' }
  /** An endpoint that is a WebSocket was called without asking for one. */
  | { readonly kind: 'upgrade_required' }
  /** A dependency of every request, such as the database, fails at the moment. */
  | { readonly kind: 'unavailable' }
  /** An unexpected error. Only the log describes it. */
  | { readonly kind: 'defect' };

/** Thrown and caught inside the kernel. */
export class HttpFailure extends Failure<HttpProblem> {}
