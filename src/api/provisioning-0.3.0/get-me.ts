import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { type PhoneProofs, phoneStatus, describePhoneStatus } from '../provisioning/phone-proofs.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import { authInfo, wirePhone } from './shapes.js';

/** GET /{mxid}/get_me */
export function getMe(login: LoginService, proofs: PhoneProofs): Endpoint {
  const schema = proofs ? authInfo.extend({ add_phone: phoneStatus }) : authInfo;
  return endpoint({
    name: 'get_me',
    method: 'GET',
    path: '/{mxid}/get_me',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Get the Telegram user that the Matrix user is logged in as',
    description:
      'Requests the user from Telegram each time. If Telegram has ended the session, returns ' +
      '`not_logged_in`. The request body is ignored.',
    replies: { 200: { description: 'The user is logged in', schema } },
    errors: errorShapes('get_me'),
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
        ...(await describePhoneStatus('add_phone', proofs, owner, user)),
      });
    },
  });
}
