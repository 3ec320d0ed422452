import { z } from 'zod';
import type { SentCode } from '../../login/processes.js';

const deliveries = [
  'app',
  'sms',
  'sms_word',
  'sms_phrase',
  'call',
  'flash_call',
  'missed_call',
  'email',
  'fragment',
  'other',
] as const satisfies readonly SentCode['delivery'][];

/** The members about a login code that versions 1 and 3 add to the original answers. */
export const codeDelivery = z.object({
  delivery: z.enum(deliveries).meta({
    description:
      'How the code was sent: to the Telegram app on another device, by SMS, by a call, ... With `sms_word` ' +
      'and `sms_phrase` the code is a word or a phrase instead of digits.',
  }),
  length: z.int().nullable().meta({ description: 'The length of the code in characters; null if unknown.' }),
  hint: z.string().optional().meta({
    description:
      'The beginning of the word or phrase, or the masked e-mail address that the code was sent to, if known.',
  }),
  next_delivery: z
    .enum(deliveries)
    .nullable()
    .meta({ description: 'How the code is sent if it is resent; null if it cannot be resent.' }),
  resend_after: z.int().meta({ description: 'Seconds until the code can be resent.' }),
  is_new: z.boolean().meta({ description: 'False if an earlier code is still pending and none was sent.' }),
});

/** Returns the members about a login code of versions 1 and 3. `now` is in epoch milliseconds. */
export function codeDeliveryFields(code: SentCode, now: number): z.input<typeof codeDelivery> {
  return {
    delivery: code.delivery,
    length: code.length,
    ...(code.hint === null ? {} : { hint: code.hint }),
    next_delivery: code.nextDelivery,
    resend_after: Math.max(0, Math.ceil((code.resendAt - now) / 1000)),
    is_new: code.fresh,
  };
}

/**
 * Returns a sentence, without the final full stop, about the destination and the form of the
 * code.
 */
export function describeDelivery({ delivery, hint }: SentCode): string {
  const beginning = hint === null ? '' : `. It begins with "${hint}"`;
  switch (delivery) {
    case 'app':
      return 'The code was sent to the Telegram app on your phone';
    case 'sms':
      return 'The code was sent to your phone by SMS';
    case 'sms_word':
      return `A word was sent to your phone by SMS. Enter it in place of a code${beginning}`;
    case 'sms_phrase':
      return `A phrase was sent to your phone by SMS. Enter it in place of a code, with its blanks${beginning}`;
    case 'call':
      return 'You will be called and told the code';
    case 'flash_call':
      return 'You will be called: the code is in the number that calls';
    case 'missed_call':
      return 'You will be called: the code is the last digits of the number that calls';
    case 'email':
      return `The code was sent to your e-mail address${hint === null ? '' : ` ${hint}`}`;
    case 'fragment':
      return 'The code was sent to your Fragment account';
    case 'other':
      return 'The code was sent to you';
  }
}

/**
 * Returns the text that versions 0.3.0 and 1 append to their message about a code; empty for the
 * methods that the original message describes.
 */
export function deliveryNote(code: SentCode): string {
  const isUsual = code.delivery === 'app' || code.delivery === 'sms' || code.delivery === 'other';
  return isUsual ? '' : ` ${describeDelivery(code)}.`;
}
