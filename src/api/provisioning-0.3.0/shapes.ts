import { z } from 'zod';
import type { PathParameter } from '../../http/endpoint.js';
import { phone, username } from '../provisioning/error-replies.js';
import { phoneStatus } from '../provisioning/phone-proofs.js';

/**
 * The Matrix ID in a path, raw or percent-encoded. Matches anything that begins with an @, slashes
 * included, and any single segment, even an empty one.
 */
export const mxidParameter: PathParameter = {
  description: 'The Matrix ID of the user to act for, raw or percent-encoded.',
  example: '@user:example.com',
  pattern: '(?:@|%40).*|[^/]*',
};

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
  add_phone: phoneStatus,
});

/** AuthSuccess of the specification, for a completed login. */
export const loggedIn = z.object({ state: z.literal('logged-in'), username }).meta({ title: 'LoggedIn' });

/** The same for logins by phone number. */
export const loggedInByPhone = loggedIn.extend({ add_phone: phoneStatus }).meta({ title: 'LoggedInByPhone' });

/** AuthSuccess of the specification, after a code was sent. */
export const codeOnItsWay = z.object({ state: z.literal('code'), message: z.string() }).meta({ title: 'CodeSent' });

/** AuthSuccess of the specification, if the login requires the two-factor password. */
export const passwordNeeded = z
  .object({ state: z.literal('password'), message: z.string() })
  .meta({ title: 'PasswordNeeded' });

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
