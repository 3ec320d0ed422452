import { Failure } from '../base/failure.js';

/** Why another server did not do what it was asked. */
export type FederationFailureDetails =
  /** Its name leads to an address that we do not talk to, such as one of a private network. */
  | { readonly kind: 'address_refused' }
  /** No address, no connection, a wrong certificate. */
  | { readonly kind: 'no_connection' }
  | { readonly kind: 'no_answer'; readonly afterMs: number }
  /** Too many requests to other servers are running, so this server was not asked. */
  | { readonly kind: 'overloaded' }
  /** A redirect, an HTML page, an endless text, JSON of another shape. */
  | { readonly kind: 'answer_unfit'; readonly problem: string }
  /** It has answered, and refuses. */
  | { readonly kind: 'refused'; readonly status: number };

/** Thrown by every method of Federation. */
export class FederationFailure extends Failure<FederationFailureDetails> {}
