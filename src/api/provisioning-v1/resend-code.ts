import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { LoginFailure } from '../../login/failure.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { tellSent } from './request-code.js';
import { codeOnItsWay, mxidParameter } from './shapes.js';

/** POST /user/{mxid}/login/resend_code, which is not the original's. */
export const resendCode = defineEndpoint(
  {
    name: 'resend_code',
    method: 'POST',
    path: '/user/{mxid}/login/resend_code',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Have Telegram send the code in the next way',
    description:
      'Takes no body. Spends the way that `code.next_delivery` names. Before `code.resend_after` seconds are over, Telegram is not asked, ' +
      'and `code.is_new` is false. The original has nothing like it.',
    replies: { 200: { description: 'The code is on its way', schema: codeOnItsWay } },
    errors: errorShapes('resend_code'),
  },
  ({ login, clock }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const { step, complaint } = await login.resend(readOwner(params, principal));
      if (step.kind === 'code') return reply(200, tellSent(step.code, clock.now()));
      throw new LoginFailure({ kind: complaint ?? 'phone_code_not_requested' });
    },
  }),
);
