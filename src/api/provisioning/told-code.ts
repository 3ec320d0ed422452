import { z } from 'zod';
import type { SentCode } from '../../login/shapes.js';

const deliveries = ['app', 'sms', 'call', 'flash_call', 'missed_call', 'email', 'fragment', 'other'] as const;

/** What versions 1 and 3 add to the original answers about a login code that is on its way. */
export const toldCode = z.object({
  delivery: z.enum(deliveries).meta({
    description: 'How the code travels: to the Telegram app of another device, by SMS, in a call, ...',
  }),
  length: z.int().nullable().meta({ description: 'How many characters it has; null where Telegram does not say.' }),
  next_delivery: z
    .enum(deliveries)
    .nullable()
    .meta({ description: 'How it would travel when it is sent again; null where there is no other way.' }),
  resend_after: z.int().meta({ description: 'Whole seconds until it can be sent again.' }),
  is_new: z.boolean().meta({ description: 'False where an earlier code is still on its way and nothing was sent.' }),
});

/** A login code on its way, as versions 1 and 3 tell about it at the time `now` (epoch ms). */
export function tellCode(code: SentCode, now: number): z.input<typeof toldCode> {
  return {
    delivery: code.delivery,
    length: code.length,
    next_delivery: code.nextDelivery,
    resend_after: Math.max(0, Math.ceil((code.resendAt - now) / 1000)),
    is_new: code.fresh,
  };
}
