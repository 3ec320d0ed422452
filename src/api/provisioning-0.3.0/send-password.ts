import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { type PhoneProofs, phoneStatus, describePhoneStatus } from '../provisioning/phone-proofs.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import { loggedIn, requestBody } from './shapes.js';
import { UnexpectedStep } from './unexpected-step.js';

const body = requestBody({
  password: z
    .string()
    .optional()
    .catch(undefined)
    .meta({
      description: 'The two-factor password, exactly as it was set: spaces are significant.',
      format: 'password',
      examples: ['hunter2'],
    }),
});

/** POST /login/{mxid}/send_password */
export function sendPassword(login: LoginService, proofs: PhoneProofs): Endpoint {
  const done = proofs ? loggedIn.extend({ add_phone: phoneStatus }).meta({ title: 'LoggedInByPhone' }) : loggedIn;
  return endpoint({
    name: 'send_password',
    operationId: 'post_login_password',
    method: 'POST',
    path: '/login/{mxid}/send_password',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Send the two-factor auth password',
    body,
    replies: { 200: { description: 'Login successful', schema: done } },
    errors: errorShapes('send_password'),
    async handler({ params, principal, body: { password } }) {
      const owner = readOwner(params, principal);
      const step = await login.submit(owner, {
        kind: 'password',
        password: password === undefined ? undefined : new Secret(password),
      });
      if (step.kind !== 'complete') throw new UnexpectedStep(step);
      return reply(200, {
        state: 'logged-in',
        username: step.user.username,
        ...(await describePhoneStatus('add_phone', proofs, owner, step.user)),
      });
    },
  });
}
