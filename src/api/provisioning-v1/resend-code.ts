import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { LoginFailure } from '../../login/failure.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { wireCode } from './login-steps.js';
import { codeOnItsWay, mxidParameter } from './shapes.js';

/** POST /user/{mxid}/login/resend_code. An extension of the original API. */
export const resendCode = defineEndpoint(
  {
    name: 'resend_code',
    method: 'POST',
    path: '/user/{mxid}/login/resend_code',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Resend the code another way',
    description:
      'Takes no body. Sends the code by the method in `code.next_delivery`. If `code.resend_after` seconds ' +
      'have not passed, no request is sent to Telegram and `code.is_new` is false. An extension of the ' +
      'original API.',
    replies: { 200: { description: 'The code was sent', schema: codeOnItsWay } },
    errors: errorShapes('resend_code'),
  },
  ({ login, clock }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const { step, complaint } = await login.resend(readOwner(params, principal));
      if (step.kind === 'code') return reply(200, wireCode(step.code, clock.now()));
      throw new LoginFailure({ kind: complaint ?? 'phone_code_not_requested' });
    },
  }),
);
