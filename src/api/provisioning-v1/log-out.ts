import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter } from './shapes.js';

/** POST /user/{mxid}/logout */
export const logOut = defineEndpoint(
  {
    name: 'log_out',
    method: 'POST',
    path: '/user/{mxid}/logout',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Log out of Telegram',
    description:
      'Takes no body. Also succeeds where the user is not logged in, and ends logins under way. Of several Telegram accounts this is the first. Where Telegram cannot be ' +
      'reached, the account is forgotten here, and its session is ended at Telegram later.',
    replies: { 200: { description: 'Logged out', schema: z.object({}) } },
    errors: errorShapes('log_out'),
  },
  ({ login }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const owner = readOwner(params, principal);
      await login.logOut(owner, 'first');
      await login.cancelAll(owner);
      return reply(200, {});
    },
  }),
);
