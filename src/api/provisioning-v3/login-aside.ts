import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { loginStep, wireStep } from './wire-step.js';

const params = { process: { description: 'The `login_id` of the login under way.' } };
const query = { user_id: userIdParameter };

/** POST /login/resend/{process}, which is not the original's. */
export const loginResend = defineEndpoint(
  {
    name: 'login_resend',
    method: 'POST',
    path: '/login/resend/{process}',
    params,
    query,
    access: 'authenticated',
    summary: 'Have Telegram send the code in the next way',
    description:
      'Takes no body. Spends the way that `next_delivery` names. Before `resend_after` seconds are over, Telegram is not asked, and `is_new` is ' +
      'false. The original has nothing like it.',
    replies: {
      200: { description: 'The code step again, or the first one where the login has ended', schema: loginStep },
    },
    errors: errorShapes('login_resend'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const progress = await deps.login.resend(caller, request.params.process);
      return reply(200, await wireStep(deps, caller, progress));
    },
  }),
);

/** POST /login/cancel/{process} */
export const loginCancel = defineEndpoint(
  {
    name: 'login_cancel',
    method: 'POST',
    path: '/login/cancel/{process}',
    params,
    query,
    access: 'authenticated',
    summary: 'Give a login up',
    description: 'Takes no body.',
    replies: { 200: { description: 'The login is over', schema: z.object({}) } },
    errors: errorShapes('login_cancel'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      await deps.login.cancel(readCaller(request, deps), request.params.process);
      return reply(200, {});
    },
  }),
);
