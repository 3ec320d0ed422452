import { z } from 'zod';
import type { PhoneNumber } from '../../base/phone.js';

const username = z
  .string()
  .nullable()
  .meta({ description: 'The Telegram username; null for accounts without one.', examples: ['username'] });
const phone = z
  .string()
  .nullable()
  .meta({ description: 'The phone number without its plus; null for bots.', examples: ['123456789'] });

/** AuthInfo of the specification. */
export const authInfo = z.object({
  username,
  first_name: z
    .string()
    .nullable()
    .meta({ examples: ['Usern'] }),
  last_name: z
    .string()
    .nullable()
    .meta({ examples: ['A.'] }),
  phone,
  is_bot: z.boolean().meta({ examples: [false] }),
  id: z.string().meta({ description: 'The Telegram user ID, in decimal.', examples: ['123456789'] }),
});

/** AuthSuccess of the specification, for a login that is done. */
export const loggedIn = z.object({ state: z.literal('logged-in'), username }).meta({ title: 'LoggedIn' });

/** AuthSuccess of the specification, for a code on its way. */
export const codeOnItsWay = z.object({ state: z.literal('code'), message: z.string() }).meta({ title: 'CodeSent' });

/** AuthSuccess of the specification, for a login that wants the two-factor password. */
export const passwordNeeded = z
  .object({ state: z.literal('password'), message: z.string() })
  .meta({ title: 'PasswordNeeded' });

/** AlreadyLoggedInError of the specification, and what every other error has too. */
export const alreadyLoggedIn = z
  .object({
    state: z.literal('logged-in'),
    username,
    phone,
    error: z.string(),
    errcode: z.literal('already_logged_in'),
  })
  .meta({ title: 'AlreadyLoggedIn' });

/** A JSON object with at least one property: this API has always taken `{}` for no JSON at all. */
export function requestBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .looseObject(shape)
    .refine((body) => Object.keys(body).length > 0)
    .meta({ minProperties: 1 });
}

/** A phone number as Telegram writes it: without the plus. */
export function wirePhone(number: PhoneNumber | null): string | null {
  return number === null ? null : number.reveal().slice(1);
}
