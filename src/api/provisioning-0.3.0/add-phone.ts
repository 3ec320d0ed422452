import { z } from 'zod';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import type { PhoneProofs } from './phone-proofs.js';
import { wirePhone } from './shapes.js';

const added = z.object({
  phone: z
    .string()
    .nullable()
    .meta({ description: 'The phone number without its plus.', examples: ['123456789'] }),
  add_phone: z.literal('added'),
});

/** POST /login/{mxid}/add_phone, which is ours: the specification has nothing like it. */
export function addPhone(login: LoginService, proofs: NonNullable<PhoneProofs>): Endpoint {
  return endpoint({
    name: 'add_phone',
    operationId: 'post_add_phone',
    method: 'POST',
    path: '/login/{mxid}/add_phone',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Add the phone number of the Telegram account to the Matrix account',
    description:
      'Whoever is logged in to Telegram holds its phone number, so no code is sent: from then on the Matrix user can log in to Matrix by it. ' +
      'It goes when the login to Telegram ends, and when Telegram says another number. A number of another Matrix account stays there. ' +
      'May be repeated. A request body is not read. Not part of the specification; served unless `threepids.from_telegram` is `off`.',
    replies: { 200: { description: 'The phone number is an address of the Matrix account', schema: added } },
    errors: errorShapes('add_phone'),
    async handler({ params, principal }) {
      const owner = readOwner(params, principal);
      const { phone } = await proofs.add(owner, await login.whoAmI(owner));
      return reply(200, { phone: wirePhone(phone), add_phone: 'added' });
    },
  });
}
