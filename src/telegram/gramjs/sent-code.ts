import { Api, errors } from 'telegram';
import { Secret } from '../../base/secret.js';
import { TelegramFailure } from '../failure.js';
import { deliveryOf } from '../code-delivery.js';
import type { LoginCode } from '../shapes.js';

/** Reads auth.sentCode. Throws `login_email_required` if it means that no code was sent. */
export function readSentCode(sent: Api.auth.SentCode): LoginCode {
  const { type } = sent;
  if (type instanceof Api.auth.SentCodeTypeSetUpEmailRequired) {
    throw new TelegramFailure({ kind: 'login_email_required' });
  }
  return {
    phoneCodeHash: new Secret(sent.phoneCodeHash),
    delivery: deliveryOf(type.className),
    length: 'length' in type ? type.length : null,
    hint: hintOf(type),
    // gramjs reads omitted fields as null, although its types do not declare it.
    nextDelivery: sent.nextType ? deliveryOf(sent.nextType.className) : null,
    timeoutMs: sent.timeout ? sent.timeout * 1000 : null,
  };
}

/**
 * Runs `request`, which requests a code. If gramjs does not have the constructor of the answer, no
 * code can be sent here: Telegram adds constructors for deliveries that only its own apps support.
 */
export async function askForCode<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof errors.TypeNotFoundError)) throw error;
    const kind = paymentRequired.has(error.invalidConstructorId) ? 'payment_required' : 'code_unavailable';
    throw new TelegramFailure({ kind }, { cause: error });
  }
}

/**
 * The constructors of auth.sentCodePaymentRequired in the layers from 201 on; layer 198 has none.
 */
const paymentRequired: ReadonlySet<number> = new Set([0xd7cef980, 0xd7a2fcf9, 0xe0955a3c]);

function hintOf(type: Api.auth.TypeSentCodeType): string | null {
  if (type instanceof Api.auth.SentCodeTypeEmailCode) return type.emailPattern;
  const beginning = 'beginning' in type ? type.beginning : undefined;
  return beginning ? beginning : null;
}
