import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, userInfo, wireUser } from './shapes.js';

const matrixUser = z.object({
  telegram: userInfo.nullable().meta({ description: 'Who the user is logged in as; null where they are not.' }),
  mxid: z.string().meta({ examples: ['@user:example.com'] }),
  permissions: z
    .string()
    .meta({ description: 'The level of the user, in the words of version 1.', examples: ['full'] }),
});

/** The words of version 1 for today's levels. `user` of version 1 may not log in. */
const oldWords: Readonly<Record<string, string>> = {
  block: 'none',
  relay: 'relaybot',
  commands: 'user',
  user: 'full',
  admin: 'admin',
};

function oldWordFor({ level, written }: ReturnType<EndpointDeps['permissions']['levelOf']>): string {
  return written === 'puppeting' ? written : (oldWords[level] ?? 'none');
}

/** GET /user/{mxid} */
export const getUser = defineEndpoint(
  {
    name: 'get_user',
    method: 'GET',
    path: '/user/{mxid}',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Get the info of a Matrix user, logged in or not',
    description:
      'Asks Telegram each time: a session that Telegram has ended is null. While Telegram cannot be reached, what it last said stands. ' +
      'Of several Telegram accounts this is the first.',
    replies: { 200: { description: 'The user', schema: matrixUser } },
    errors: errorShapes('get_user'),
  },
  (deps: EndpointDeps) => {
    const { login, permissions } = deps;
    return {
      async handler({ params, principal }) {
        const mxid = readOwner(params, principal);
        const accounts = await login.accounts(mxid);
        const first = accounts.find(({ condition }) => condition !== 'ended');
        return reply(200, {
          telegram: first ? await wireUser(deps, mxid, first) : null,
          mxid,
          permissions: oldWordFor(permissions.levelOf(mxid)),
        });
      },
    };
  },
);
