import { Failure } from '../base/failure.js';

/** Why a message was not delivered. */
export type DeliveryFailureDetails =
  /** No channel is configured for messages of this kind. */
  | { readonly kind: 'no_channel' }
  /** The channel reports that the address does not exist. */
  | { readonly kind: 'address_unknown' }
  /** The channel rejects this address, though it may exist. */
  | { readonly kind: 'address_unreachable' }
  /** The channel has a rate limit. */
  | { readonly kind: 'slow_down'; readonly retryAfterMs: number }
  /** The channel is down or misconfigured. Details are in the log. */
  | { readonly kind: 'channel_down' };

/** Thrown by every method of Messenger. */
export class DeliveryFailure extends Failure<DeliveryFailureDetails> {
  /**
   * Whether the message may still arrive. False if it was certainly not handed over or not
   * accepted.
   */
  readonly mayHaveSent: boolean;

  constructor(
    details: DeliveryFailureDetails,
    options: { readonly cause?: unknown; readonly mayHaveSent?: boolean } = {},
  ) {
    super(details, options);
    this.mayHaveSent = options.mayHaveSent ?? false;
  }
}
