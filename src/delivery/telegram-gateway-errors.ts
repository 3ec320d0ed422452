import { channelDown, type ChannelProblem } from './channel.js';
import { DeliveryFailure } from './failure.js';

/** The Gateway API's errors about a number. Few of them are documented. */
const ofNumbers: Readonly<Record<string, 'address_unknown' | 'address_unreachable'>> = {
  PHONE_NUMBER_INVALID: 'address_unknown',
  PHONE_NUMBER_NOT_FOUND: 'address_unreachable',
  PHONE_NUMBER_NOT_AVAILABLE: 'address_unreachable',
};

const ofTheAccount: Readonly<Record<string, ChannelProblem>> = {
  ACCESS_TOKEN_INVALID: 'credentials_refused',
  ACCESS_TOKEN_REQUIRED: 'credentials_refused',
  BALANCE_NOT_ENOUGH: 'no_credit',
};

const usualWaitMs = 60_000;
const maxWaitMs = 24 * 60 * 60_000;

/**
 * Returns the failure for an error of the Gateway API. `retryAfterMs` comes from the headers of the
 * reply.
 */
export function gatewayFailure(error: string, retryAfterMs: number | undefined): DeliveryFailure {
  const ofNumber = ofNumbers[error];
  if (ofNumber !== undefined) return new DeliveryFailure({ kind: ofNumber });
  const flood = /^FLOOD_WAIT(?:_(\d{1,9}))?/.exec(error);
  if (flood) {
    const asked = flood[1] === undefined ? (retryAfterMs ?? usualWaitMs) : Number(flood[1]) * 1000;
    return new DeliveryFailure({ kind: 'slow_down', retryAfterMs: Math.min(asked, maxWaitMs) });
  }
  const shown = /^[A-Z0-9_]{1,64}$/.test(error) ? error : 'an error of unknown form';
  return channelDown(ofTheAccount[error] ?? 'settings_refused', shown);
}
