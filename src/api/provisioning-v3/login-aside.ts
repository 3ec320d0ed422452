import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { loginStep, wireStep } from './wire-step.js';

const params = { process: { description: 'The `login_id` of the login process.' } };
const query = { user_id: userIdParameter };

/** POST /login/resend/{process}. An extension of the original API. */
export const loginResend = defineEndpoint(
  {
    name: 'login_resend',
    method: 'POST',
    path: '/login/resend/{process}',
    params,
    query,
    access: 'authenticated',
    summary: 'Resend the code another way',
    description:
      'Takes no body. Sends the code by the method in `next_delivery`. If `resend_after` seconds have not ' +
      'passed, no request is sent to Telegram and `is_new` is false. An extension of the original API.',
    replies: {
      200: { description: 'The code step again, or the first step if the login has ended', schema: loginStep },
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
    summary: 'Cancel a login process',
    description: 'Takes no body.',
    replies: { 200: { description: 'The login process has ended', schema: z.object({}) } },
    errors: errorShapes('login_cancel'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      await deps.login.cancel(readCaller(request, deps), request.params.process);
      return reply(200, {});
    },
  }),
);
