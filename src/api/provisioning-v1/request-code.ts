import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { LoginFailure } from '../../login/failure.js';
import type { SentCode } from '../../login/processes.js';
import { deliveryNote, codeDeliveryFields } from '../provisioning/code-delivery.js';
import { describeDuration } from '../provisioning-0.3.0/duration.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import { UnexpectedStep } from '../provisioning-0.3.0/unexpected-step.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure } from './failure.js';
import { codeOnItsWay, mxidParameter, stepBody } from './shapes.js';

const body = stepBody({
  phone: z
    .union([z.string(), z.int().transform(String)])
    .optional()
    .catch(undefined)
    .meta({ description: 'The phone number to log in with, in international format.', examples: ['+123456789'] }),
});

/** POST /user/{mxid}/login/request_code */
export const requestCode = defineEndpoint(
  {
    name: 'request_code',
    method: 'POST',
    path: '/user/{mxid}/login/request_code',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Request a phone code from Telegram',
    description:
      'If a code was sent and Telegram would not send another yet, the answer states this and no request is ' +
      'sent to Telegram. `code` describes how the code was sent; `resend_code` sends it another way. ' +
      'Another phone number starts a new login.',
    body,
    replies: { 200: { description: 'Code requested', schema: codeOnItsWay } },
    errors: errorShapes('request_code'),
  },
  ({ login, clock }: EndpointDeps) => ({
    async handler({ params, principal, body: { phone } }) {
      const owner = readOwner(params, principal);
      try {
        const step = await login.submit(owner, { kind: 'phone', phone });
        if (step.kind !== 'code') throw new UnexpectedStep(step);
        return reply(200, tellSent(step.code, clock.now()));
      } catch (error) {
        const isBlank = phone === undefined || phone.trim() === '';
        const isInvalid = error instanceof LoginFailure && error.fact.kind === 'phone_number_invalid';
        throw isBlank && isInvalid ? new VersionFailure({ kind: 'phone_number_missing' }, { cause: error }) : error;
      }
    },
  }),
);

/** Returns the reply about a code that was sent. `now` is in epoch milliseconds. */
export function tellSent(code: SentCode, now: number): z.input<typeof codeOnItsWay> {
  const note = deliveryNote(code);
  const requested =
    note === ''
      ? 'Code requested successfully. Check your SMS or Telegram app and enter the code below.'
      : `Code requested successfully.${note}`;
  const message = code.fresh
    ? requested
    : `A code is already on its way. You can request another one in ${describeDuration(code.resendAt - now)}.${note}`;
  return { state: 'code', message, code: codeDeliveryFields(code, now) };
}
