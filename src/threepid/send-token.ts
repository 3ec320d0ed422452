import type { Logger } from '../base/logger.js';
import type { QuotaGroup } from '../base/quota-groups.js';
import { DeliveryFailure, type DeliveryFailureDetails } from '../delivery/failure.js';
import type { Message, Messenger } from '../delivery/messenger.js';
import type { Destination } from './destination.js';
import { ThreepidFailure, type ThreepidFailureDetails } from './failure.js';

/**
 * The result of sending a message. If it was not sent, `mayArrive` is true if it may have arrived
 * anyway.
 */
export type SendOutcome =
  | { readonly isSent: true }
  | { readonly isSent: false; readonly mayArrive: boolean; readonly failure: ThreepidFailure };

/**
 * Sends a message and returns the result. It does not reveal whether an address exists; the log
 * does.
 */
export async function sendToken(
  { messenger, logger }: { readonly messenger: Messenger; readonly logger: Logger },
  destination: Destination,
  message: Message,
  groups: readonly QuotaGroup[],
): Promise<SendOutcome> {
  try {
    await messenger.send(message, groups);
    return { isSent: true };
  } catch (error) {
    if (!(error instanceof DeliveryFailure)) throw error;
    const { medium } = destination;
    logger.warn('validation token not sent', { reason: error.details.kind, medium, ...masked(destination) });
    const failure = new ThreepidFailure(toThreepidFailureDetails(error.details, medium), { cause: error });
    return { isSent: false, mayArrive: error.mayHaveSent, failure };
  }
}

function toThreepidFailureDetails(failure: DeliveryFailureDetails, medium: 'email' | 'msisdn'): ThreepidFailureDetails {
  switch (failure.kind) {
    case 'no_channel':
      return { kind: 'medium_unsupported', medium };
    case 'slow_down':
      return { kind: 'rate_limited', retryAfterMs: failure.retryAfterMs };
    case 'address_unknown':
    case 'address_unreachable':
    case 'channel_down':
      return { kind: 'send_failed', medium };
  }
}

/** Enough for an admin to see a pattern, and not whose address it is. */
function masked(destination: Destination) {
  return destination.medium === 'email'
    ? { domain: destination.address.slice(destination.address.indexOf('@') + 1) }
    : { number: destination.number, callingCode: destination.callingCode };
}
