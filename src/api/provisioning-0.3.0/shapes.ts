import { z } from 'zod';
import type { PhoneNumber } from '../../base/phone.js';

const username = z
  .string()
  .nullable()
  .meta({ description: 'The Telegram username; null if the account has none.', examples: ['username'] });
const phone = z
  .string()
  .nullable()
  .meta({ description: 'The phone number without the leading plus sign; null for bots.', examples: ['123456789'] });

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

/** AuthSuccess of the specification, for a completed login. */
export const loggedIn = z.object({ state: z.literal('logged-in'), username }).meta({ title: 'LoggedIn' });

/** AuthSuccess of the specification, after a code was sent. */
export const codeOnItsWay = z.object({ state: z.literal('code'), message: z.string() }).meta({ title: 'CodeSent' });

/** AuthSuccess of the specification, if the login requires the two-factor password. */
export const passwordNeeded = z
  .object({ state: z.literal('password'), message: z.string() })
  .meta({ title: 'PasswordNeeded' });

/** AlreadyLoggedInError of the specification, and the members of all other errors. */
export const alreadyLoggedIn = z
  .object({
    state: z.literal('logged-in'),
    username,
    phone,
    error: z.string(),
    errcode: z.literal('already_logged_in'),
  })
  .meta({ title: 'AlreadyLoggedIn' });

/**
 * Returns the shape of a JSON object with at least one property. This API has always treated `{}`
 * as no JSON.
 */
export function requestBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .looseObject(shape)
    .refine((body) => Object.keys(body).length > 0)
    .meta({ minProperties: 1 });
}

/** Returns the phone number as Telegram writes it: without the plus sign. */
export function wirePhone(number: PhoneNumber | null): string | null {
  return number === null ? null : number.reveal().slice(1);
}
