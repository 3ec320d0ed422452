import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { addingPhone, addPhoneNumber, type PhoneProofs } from '../provisioning/phone-proofs.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import { wirePhone } from './shapes.js';

/** A phone number that is now a 3PID of the Matrix account. */
export const phoneAdded = z.object({
  phone: z
    .string()
    .nullable()
    .meta({ description: 'The phone number without the leading plus sign.', examples: ['123456789'] }),
  add_phone: z.literal('added'),
});

/** POST /login/{mxid}/add_phone. An extension: the specification has no such operation. */
export const addPhone = defineEndpoint(
  {
    name: 'add_phone',
    operationId: 'post_add_phone',
    method: 'POST',
    path: '/login/{mxid}/add_phone',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: addingPhone.summary,
    description:
      `${addingPhone.description}Not part of the specification. Served unless \`threepids.from_telegram\` is ` +
      '`off`.',
    replies: { 200: { description: addingPhone.reply, schema: phoneAdded } },
    errors: errorShapes('add_phone'),
  },
  (login: LoginService, proofs: NonNullable<PhoneProofs>) => ({
    async handler({ params, principal }) {
      const phone = await addPhoneNumber(login, proofs, readOwner(params, principal));
      return reply(200, { phone: wirePhone(phone), add_phone: 'added' });
    },
  }),
);
