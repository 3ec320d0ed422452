import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import { UnexpectedStep } from '../provisioning-0.3.0/unexpected-step.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { loggedIn, mxidParameter, stepBody, wireLogin } from './shapes.js';

const body = stepBody({
  token: z
    .string()
    .optional()
    .catch(undefined)
    .meta({
      description: 'The bot token to log in with.',
      examples: ['297900271:IXjeGEcAN61zHnjPgkWnYWyvVp9K4ulHBEv'],
    }),
});

/** POST /user/{mxid}/login/bot_token */
export const botToken = defineEndpoint(
  {
    name: 'bot_token',
    method: 'POST',
    path: '/user/{mxid}/login/bot_token',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Log in with a bot token',
    body,
    replies: { 200: { description: 'Login successful', schema: loggedIn } },
    errors: errorShapes('bot_token'),
  },
  (deps: EndpointDeps) => ({
    async handler({ params, principal, body: { token } }) {
      const owner = readOwner(params, principal);
      const step = await deps.login.submit(owner, {
        kind: 'bot_token',
        token: token === undefined ? undefined : new Secret(token),
      });
      if (step.kind !== 'complete') throw new UnexpectedStep(step);
      return reply(200, await wireLogin(deps, owner, step.user));
    },
  }),
);
