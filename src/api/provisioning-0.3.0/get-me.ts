import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { StepDeps } from '../provisioning/dialect.js';
import { readOwner } from '../provisioning/owner.js';
import { describePhoneStatus } from '../provisioning/phone-proofs.js';
import { wirePhone } from '../provisioning/telegram-person.js';
import { errorShapes } from './error-shapes.js';
import { authInfo, mxidParameter } from './shapes.js';

/** GET /{mxid}/get_me */
export const getMe = defineEndpoint(
  {
    name: 'get_me',
    method: 'GET',
    path: '/{mxid}/get_me',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Get the Telegram user that the Matrix user is logged in as',
    description:
      'Requests the user from Telegram each time. If Telegram has ended the session, returns ' +
      '`not_logged_in`. The request body is ignored.',
    replies: { 200: { description: 'The user is logged in', schema: authInfo } },
    errors: errorShapes('get_me'),
  },
  ({ login, phoneProofs }: StepDeps) => ({
    async handler({ params, principal }) {
      const owner = readOwner(params, principal);
      const user = await login.whoAmI(owner);
      return reply(200, {
        username: user.username,
        first_name: user.firstName,
        last_name: user.lastName,
        phone: wirePhone(user.phone),
        is_bot: user.isBot,
        id: user.id,
        ...(await describePhoneStatus('add_phone', phoneProofs, owner, user)),
      });
    },
  }),
);
