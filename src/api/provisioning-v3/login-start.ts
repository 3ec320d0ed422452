import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { accountName } from '../provisioning/telegram-person.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure } from './failure.js';
import { findFlow } from './flows.js';
import { loginStep, wireStep } from './wire-step.js';

/** POST /login/start/{flow} */
export const loginStart = defineEndpoint(
  {
    name: 'login_start',
    method: 'POST',
    path: '/login/start/{flow}',
    params: { flow: { description: 'The ID of a login flow, from `/login/flows`.', example: 'phone' } },
    query: {
      user_id: userIdParameter,
      login_id: { description: 'The ID of a login to replace. Only the same Telegram user is accepted.' },
    },
    access: 'authenticated',
    summary: 'Start a login process',
    description: 'Takes no body. If the user has too many login processes, the oldest is cancelled.',
    replies: { 200: { description: 'The first step', schema: loginStep } },
    errors: errorShapes('login_start'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const flow = findFlow(request.params.flow);
      if (flow === undefined) throw new VersionFailure({ kind: 'flow_unknown' });
      const { login_id: again } = request.query;
      const replacing = again === undefined || again === '' ? undefined : accountName(again);
      return reply(200, await wireStep(deps, caller, await deps.login.start(caller, { flow, replacing })));
    },
  }),
);
