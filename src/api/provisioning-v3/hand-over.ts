import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { handOverReason, handOverStatus, requestHandOver, requestingHandOver } from '../provisioning/hand-over.js';
import { accountName } from '../provisioning/telegram-person.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure } from './failure.js';

const requested = z.object({ 'gangway.hand_over': handOverStatus, 'gangway.hand_over_reason': handOverReason });

/** POST /login/hand_over/{login}. An extension of the original API. */
export const handOver = defineEndpoint(
  {
    name: 'login_hand_over',
    method: 'POST',
    path: '/login/hand_over/{login}',
    params: { login: { description: 'The ID of the login: its `user_login_id`.' } },
    query: { user_id: userIdParameter },
    access: 'authenticated',
    summary: requestingHandOver.summary,
    description: `${requestingHandOver.description}An extension of the original API.`,
    replies: { 200: { description: requestingHandOver.reply, schema: requested } },
    errors: errorShapes('login_hand_over'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      if (deps.handOver?.isOffered !== true) throw new VersionFailure({ kind: 'no_bridge_attached' });
      const parts = { login: deps.login, handOver: deps.handOver };
      return reply(200, await requestHandOver('gangway.', parts, caller, accountName(request.params.login)));
    },
  }),
);
