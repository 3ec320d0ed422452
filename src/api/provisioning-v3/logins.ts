import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { accountName } from '../provisioning/telegram-person.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';

const query = { user_id: userIdParameter };

/** GET /logins */
export const logins = defineEndpoint(
  {
    name: 'logins',
    method: 'GET',
    path: '/logins',
    params: {},
    query,
    access: 'authenticated',
    summary: "List the IDs of the user's logins",
    replies: { 200: { description: 'The IDs', schema: z.object({ login_ids: z.array(z.string()) }) } },
    errors: errorShapes('logins'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const accounts = await deps.login.accounts(readCaller(request, deps));
      // A login that Telegram has ended remains at the bridge until it is logged out there.
      const alive = accounts.filter(({ condition, bridge }) => condition !== 'ended' || bridge);
      return reply(200, { login_ids: alive.map(({ user }) => user.id) });
    },
  }),
);

/** POST /logout/{login} */
export const logout = defineEndpoint(
  {
    name: 'logout',
    method: 'POST',
    path: '/logout/{login}',
    params: { login: { description: 'The ID of a login, or `all`.', example: 'all' } },
    query,
    access: 'authenticated',
    summary: 'Log out of Telegram',
    description:
      'Takes no body. If Telegram is unreachable, the login is removed now and its session is ended at ' +
      'Telegram later. A login at the bridge is logged out there, now or when the bridge is reachable ' +
      'again.',
    replies: { 200: { description: 'Logged out', schema: z.object({}) } },
    errors: errorShapes('logout'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const { login: name } = request.params;
      await deps.login.logOut(readCaller(request, deps), name === 'all' ? 'all' : { account: accountName(name) });
      return reply(200, {});
    },
  }),
);
