import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import { loggedIn, requestBody } from './shapes.js';
import { UnexpectedStep } from './unexpected-step.js';

const body = requestBody({
  token: z
    .string()
    .optional()
    .catch(undefined)
    .meta({
      description: 'The bot token to log in with.',
      examples: ['297900271:IXjeGEcAN61zHnjPgkWnYWyvVp9K4ulHBEv'],
    }),
});

/** POST /login/{mxid}/bot_token */
export const botToken = defineEndpoint(
  {
    name: 'bot_token',
    operationId: 'post_bot_token',
    method: 'POST',
    path: '/login/{mxid}/bot_token',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Log in with a bot token',
    body,
    replies: { 200: { description: 'Login successful', schema: loggedIn } },
    errors: errorShapes('bot_token'),
  },
  (login: LoginService) => ({
    async handler({ params, principal, body: { token } }) {
      const step = await login.submit(readOwner(params, principal), {
        kind: 'bot_token',
        token: token === undefined ? undefined : new Secret(token),
      });
      if (step.kind !== 'complete') throw new UnexpectedStep(step);
      return reply(200, { state: 'logged-in', username: step.user.username });
    },
  }),
);
