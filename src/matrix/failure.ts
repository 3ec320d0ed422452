import { Failure } from '../base/failure.js';

/** Why there is no answer of the homeserver to speak of. */
export type HomeserverFailureDetails =
  | { readonly kind: 'no_connection' }
  /** So many requests are under way and waiting that this one was not sent. */
  | { readonly kind: 'overloaded' }
  /** The body cannot be written as JSON, for it is nested too deeply; nothing was sent. */
  | { readonly kind: 'body_too_deep' }
  | { readonly kind: 'no_answer'; readonly afterMs: number }
  /**
   * Something answered that is no Matrix homeserver: a redirect, an HTML page, an endless text.
   */
  | { readonly kind: 'answer_unfit'; readonly problem: string };

/** Thrown by every method of Homeserver. */
export class HomeserverFailure extends Failure<HomeserverFailureDetails> {}
