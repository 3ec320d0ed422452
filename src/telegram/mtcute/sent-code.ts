import type { tl } from '@mtcute/core';
import { Secret } from '../../base/secret.js';
import { deliveryOf } from '../code-delivery.js';
import { TelegramFailure } from '../failure.js';
import type { LoginCode } from '../shapes.js';

/** Reads auth.sentCode. Throws if it means that no code was sent. */
export function readSentCode(sent: tl.auth.RawSentCode | tl.auth.RawSentCodePaymentRequired): LoginCode {
  if (sent._ === 'auth.sentCodePaymentRequired') throw new TelegramFailure({ kind: 'payment_required' });
  const { type, nextType, timeout } = sent;
  if (type._ === 'auth.sentCodeTypeSetUpEmailRequired') throw new TelegramFailure({ kind: 'login_email_required' });
  return {
    phoneCodeHash: new Secret(sent.phoneCodeHash),
    delivery: deliveryOf(type._),
    length: 'length' in type ? type.length : null,
    hint: hintOf(type),
    nextDelivery: nextType === undefined ? null : deliveryOf(nextType._),
    timeoutMs: timeout === undefined ? null : timeout * 1000,
  };
}

/**
 * Runs `request`, which requests a code. If mtcute does not have the constructor of the answer, no
 * code can be sent here: Telegram adds constructors for deliveries that only its own apps support.
 */
export async function askForCode<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof TelegramFailure) || error.details.kind !== 'unknown_error') throw error;
    throw new TelegramFailure({ kind: 'code_unavailable' }, { cause: error });
  }
}

function hintOf(type: tl.auth.TypeSentCodeType): string | null {
  if (type._ === 'auth.sentCodeTypeEmailCode') return type.emailPattern;
  const beginning = 'beginning' in type ? type.beginning : undefined;
  return beginning === undefined || beginning === '' ? null : beginning;
}
