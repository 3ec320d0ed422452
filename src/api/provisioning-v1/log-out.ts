import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning/owner.js';
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
      "Takes no body. Succeeds even if the user is not logged in. Cancels the user's login processes. If " +
      'the user has several Telegram accounts, logs out of the first. If Telegram is unreachable, the ' +
      'account is removed now and its session is ended at Telegram later.',
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
