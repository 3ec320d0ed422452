import { Failure } from '../base/failure.js';

/** Everything that is known to go wrong while an address is proven. */
export type ThreepidFailureDetails =
  | { readonly kind: 'client_secret_invalid' }
  | { readonly kind: 'address_invalid'; readonly medium: 'email' | 'msisdn' }
  /** Nothing can be sent to addresses of this medium. */
  | { readonly kind: 'medium_unsupported'; readonly medium: 'email' | 'msisdn' }
  /** A link that leads elsewhere than to the allowed hosts. */
  | { readonly kind: 'next_link_refused' }
  /** The admin does not let messages be sent to this country. */
  | { readonly kind: 'destination_refused' }
  | { readonly kind: 'send_failed'; readonly medium: 'email' | 'msisdn' }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /**
   * No such session, or a wrong client secret: one error, so that clients cannot distinguish them.
   */
  | { readonly kind: 'session_unknown' }
  | { readonly kind: 'session_expired' }
  | { readonly kind: 'session_not_validated' }
  | { readonly kind: 'token_wrong' }
  /**
   * Too many wrong tokens: the session's tokens are dead, and a new one has to be asked for; that
   * may be done after `retryAfterMs`.
   */
  | { readonly kind: 'too_many_guesses'; readonly retryAfterMs: number };

/** Thrown by the validation machine. */
export class ThreepidFailure extends Failure<ThreepidFailureDetails> {}
