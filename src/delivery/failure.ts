import { Failure } from '../base/failure.js';

/** Why a message did not get to a human. */
export type DeliveryFault =
  /** No channel is configured for messages of this kind. */
  | { readonly kind: 'no_channel' }
  /** The channel says that there is no such address. */
  | { readonly kind: 'address_unknown' }
  /** The channel will not reach this address, though it may exist. */
  | { readonly kind: 'address_unreachable' }
  /** The channel asks us to slow down. */
  | { readonly kind: 'slow_down'; readonly retryAfterMs: number }
  /** The channel is down, or its settings are wrong: the admin's affair, and in the log. */
  | { readonly kind: 'channel_down' };

/** Thrown by every method of Messenger. */
export class DeliveryFailure extends Failure<DeliveryFault> {
  /**
   * Whether the message may arrive all the same, or false if it is certain that it was not handed
   * over, or not taken.
   */
  readonly mayHaveSent: boolean;

  constructor(fact: DeliveryFault, options: { readonly cause?: unknown; readonly mayHaveSent?: boolean } = {}) {
    super(fact, options);
    this.mayHaveSent = options.mayHaveSent ?? false;
  }
}
