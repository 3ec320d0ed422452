import { Failure } from '../base/failure.js';

/** Why there is no answer of the homeserver to speak of. */
export type HomeserverFault =
  | { readonly kind: 'no_connection' }
  | { readonly kind: 'no_answer'; readonly afterMs: number }
  /** Something answered that is no Matrix homeserver: a redirect, a page for people, an endless text. */
  | { readonly kind: 'answer_unfit'; readonly problem: string };

/** Thrown by every method of Homeserver. */
export class HomeserverFailure extends Failure<HomeserverFault> {}
