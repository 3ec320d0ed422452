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
    summary: 'The names of the logins that the user has',
    replies: { 200: { description: 'The names', schema: z.object({ login_ids: z.array(z.string()) }) } },
    errors: errorShapes('logins'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const accounts = await deps.login.accounts(readCaller(request, deps));
      // A login that Telegram has ended stays at the bridge until it is logged out there.
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
    params: { login: { description: 'The name of a login, or `all`.', example: 'all' } },
    query,
    access: 'authenticated',
    summary: 'Log out of Telegram',
    description:
      'Takes no body. Where Telegram cannot be reached, the login is forgotten here, and its session is ended at Telegram later. ' +
      'A login that the bridge has is logged out there, now or as soon as the bridge can be reached.',
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
