import { z } from 'zod';
import type { Clock } from '../../base/clock.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { deliveryNote } from '../provisioning/code-delivery.js';
import { describeDuration } from './duration.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import { codeOnItsWay, requestBody } from './shapes.js';
import { UnexpectedStep } from './unexpected-step.js';

const body = requestBody({
  phone: z
    .union([z.string(), z.int()])
    .optional()
    .catch(undefined)
    .meta({ description: 'The phone number to log in with, in international format.', examples: ['+123456789'] }),
});

/** POST /login/{mxid}/request_code */
export const requestCode = defineEndpoint(
  {
    name: 'request_code',
    operationId: 'post_login_phone',
    method: 'POST',
    path: '/login/{mxid}/request_code',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Request a phone code from Telegram',
    description:
      'If a code was sent and Telegram would not send another yet, the answer states this and no request is ' +
      'sent to Telegram. Another phone number starts a new login.',
    body,
    replies: { 200: { description: 'Code requested successfully', schema: codeOnItsWay } },
    errors: errorShapes('request_code'),
  },
  (login: LoginService, clock: Clock) => ({
    async handler({ params, principal, body: { phone } }) {
      const step = await login.submit(readOwner(params, principal), {
        kind: 'phone',
        phone: phone === undefined ? undefined : String(phone),
      });
      if (step.kind !== 'code') throw new UnexpectedStep(step);
      const { fresh, resendAt } = step.code;
      const message = fresh
        ? 'Code requested successfully.'
        : `A code is already on its way. You can request another one in ${describeDuration(resendAt - clock.now())}.`;
      return reply(200, { state: 'code', message: message + deliveryNote(step.code) });
    },
  }),
);
