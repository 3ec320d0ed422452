import { z } from 'zod';
import type { SentCode } from '../../login/shapes.js';

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

/** What versions 1 and 3 add to the original answers about a login code that is on its way. */
export const codeDelivery = z.object({
  delivery: z.enum(deliveries).meta({
    description:
      'How the code travels: to the Telegram app of another device, by SMS, in a call, ... By `sms_word` and `sms_phrase` it is a word or a ' +
      'phrase in place of digits.',
  }),
  length: z.int().nullable().meta({ description: 'How many characters it has; null where Telegram does not say.' }),
  hint: z.string().optional().meta({
    description:
      'How the word or phrase begins, or the masked e-mail address that the code went to, if Telegram says so.',
  }),
  next_delivery: z
    .enum(deliveries)
    .nullable()
    .meta({ description: 'How it would travel when it is sent again; null where there is no other way.' }),
  resend_after: z.int().meta({ description: 'Whole seconds until it can be sent again.' }),
  is_new: z.boolean().meta({ description: 'False where an earlier code is still on its way and nothing was sent.' }),
});

/** A login code on its way, as versions 1 and 3 tell about it at the time `now` (epoch ms). */
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

/** Returns a sentence, without its full stop, that says where the code went and what it looks like. */
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

/** Returns what versions 0.3.0 and 1 add to their message on a code; empty for the ways that the original messages are about. */
export function deliveryNote(code: SentCode): string {
  const isUsual = code.delivery === 'app' || code.delivery === 'sms' || code.delivery === 'other';
  return isUsual ? '' : ` ${describeDelivery(code)}.`;
}
