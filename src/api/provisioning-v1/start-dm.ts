import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionOneFailure } from './failure.js';
import { mxidParameter, resolved, wireResolved } from './shapes.js';

/** POST /user/{mxid}/pm/{identifier} */
export const startDm = defineEndpoint(
  {
    name: 'start_dm',
    method: 'POST',
    path: '/user/{mxid}/pm/{identifier}',
    params: {
      mxid: mxidParameter,
      identifier: {
        description: 'A username, a phone number with the leading plus sign, or a Telegram user ID.',
        pattern: '.+',
      },
    },
    access: 'authenticated',
    summary: 'Start a direct chat',
    description: 'The bridge creates the room. Requires that the bridge has the login. The request body is ignored.',
    replies: {
      200: { description: 'The room exists already', schema: resolved },
      201: { description: 'The room was created', schema: resolved },
    },
    errors: errorShapes('start_dm'),
  },
  ({ login }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const chat = await login.createDm(readOwner(params, principal), params.identifier);
      if (chat === undefined) throw new VersionOneFailure({ kind: 'no_bridge_attached' });
      return reply(chat.isNew ? 201 : 200, wireResolved(chat, chat.isNew));
    },
  }),
);
