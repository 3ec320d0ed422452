import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { addingPhone, addPhoneNumber, type PhoneProofs } from '../provisioning/phone-proofs.js';
import { accountName } from '../provisioning/telegram-person.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';

const added = z.object({
  phone: z
    .string()
    .optional()
    .meta({ description: 'With the leading plus sign.', examples: ['+123456789'] }),
  'gangway.add_phone': z.literal('added'),
});

/** POST /login/add_phone/{login}. An extension of the original API. */
export const addPhone = defineEndpoint(
  {
    name: 'login_add_phone',
    method: 'POST',
    path: '/login/add_phone/{login}',
    params: { login: { description: 'The ID of the login: its `user_login_id`.' } },
    query: { user_id: userIdParameter },
    access: 'authenticated',
    summary: addingPhone.summary,
    description:
      `${addingPhone.description}An extension of the original API. Served unless \`threepids.from_telegram\` ` +
      'is `off`.',
    replies: { 200: { description: addingPhone.reply, schema: added } },
    errors: errorShapes('login_add_phone'),
  },
  (deps: EndpointDeps, proofs: NonNullable<PhoneProofs>) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const phone = await addPhoneNumber(deps.login, proofs, caller, accountName(request.params.login));
      return reply(200, { ...(phone === null ? {} : { phone: phone.reveal() }), 'gangway.add_phone': 'added' });
    },
  }),
);
