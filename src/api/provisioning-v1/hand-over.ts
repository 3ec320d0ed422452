import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { handOverReason, handOverStatus, requestHandOver, requestingHandOver } from '../provisioning/hand-over.js';
import { readOwner } from '../provisioning/owner.js';
import { LoginFailure } from '../../login/failure.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionOneFailure } from './failure.js';
import { mxidParameter } from './shapes.js';

const requested = z.object({ hand_over: handOverStatus, hand_over_reason: handOverReason });

/** POST /user/{mxid}/hand_over. An extension of the original API. */
export const handOver = defineEndpoint(
  {
    name: 'hand_over',
    method: 'POST',
    path: '/user/{mxid}/hand_over',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: requestingHandOver.summary,
    description:
      `${requestingHandOver.description}If the user has several Telegram accounts, uses the first. An ` +
      'extension of the original API.',
    replies: { 200: { description: requestingHandOver.reply, schema: requested } },
    errors: errorShapes('hand_over'),
  },
  ({ login, handOver: answers, permissions }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const owner = readOwner(params, principal);
      if (!permissions.mayLogIn(owner)) throw new LoginFailure({ kind: 'not_permitted' });
      if (answers?.isOffered !== true) throw new VersionOneFailure({ kind: 'no_bridge_attached' });
      return reply(200, await requestHandOver('', { login, handOver: answers }, owner));
    },
  }),
);
