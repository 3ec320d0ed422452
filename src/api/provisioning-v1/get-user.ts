import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, userInfo, wireUser } from './shapes.js';

const matrixUser = z.object({
  telegram: userInfo
    .nullable()
    .meta({ description: 'The Telegram user that the Matrix user is logged in as; null if not logged in.' }),
  mxid: z.string().meta({ examples: ['@user:example.com'] }),
  permissions: z
    .string()
    .meta({ description: 'The permission level of the user, with the names of version 1.', examples: ['full'] }),
});

/** Maps the current levels to the names of version 1, in which `user` cannot log in. */
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
    summary: 'Get a Matrix user and their Telegram login',
    description:
      'Requests the user from Telegram each time. If Telegram has ended the session, `telegram` is null. ' +
      'While Telegram is unreachable, returns its last answer. If the user has several Telegram accounts, ' +
      'returns the first.',
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
