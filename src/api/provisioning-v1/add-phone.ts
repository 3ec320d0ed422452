import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { addingPhone, addPhoneNumber, type PhoneProofs } from '../provisioning/phone-proofs.js';
import { phoneAdded } from '../provisioning-0.3.0/add-phone.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import { wirePhone } from '../provisioning-0.3.0/shapes.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter } from './shapes.js';

/** POST /user/{mxid}/login/add_phone. An extension of the original API. */
export const addPhone = defineEndpoint(
  {
    name: 'add_phone',
    method: 'POST',
    path: '/user/{mxid}/login/add_phone',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: addingPhone.summary,
    description:
      `${addingPhone.description}An extension of the original API. Served unless \`threepids.from_telegram\` ` +
      'is `off`.',
    replies: { 200: { description: addingPhone.reply, schema: phoneAdded } },
    errors: errorShapes('add_phone'),
  },
  ({ login }: EndpointDeps, proofs: NonNullable<PhoneProofs>) => ({
    async handler({ params, principal }) {
      const phone = await addPhoneNumber(login, proofs, readOwner(params, principal));
      return reply(200, { phone: wirePhone(phone), add_phone: 'added' });
    },
  }),
);
