import type { CodeDelivery } from './shapes.js';

/**
 * Returns the delivery of a code by the constructor of its TL type, auth.SentCodeType or
 * auth.CodeType.
 */
export function deliveryOf(constructor: string): CodeDelivery {
  const way = /(?:sentCodeType|codeType)(\w+)$/i.exec(constructor)?.[1] ?? '';
  return deliveries.get(way) ?? 'other';
}

const deliveries: ReadonlyMap<string, CodeDelivery> = new Map<string, CodeDelivery>([
  ['App', 'app'],
  ['Sms', 'sms'],
  ['SmsWord', 'sms_word'],
  ['SmsPhrase', 'sms_phrase'],
  ['FirebaseSms', 'sms'],
  ['Call', 'call'],
  ['FlashCall', 'flash_call'],
  ['MissedCall', 'missed_call'],
  ['EmailCode', 'email'],
  ['FragmentSms', 'fragment'],
]);
