import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginService } from '../../login/service.js';
import { type PhoneProofs, phoneStatus, describePhoneStatus } from '../provisioning/phone-proofs.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, readOwner } from './owner.js';
import { loggedIn, passwordNeeded, requestBody } from './shapes.js';
import { UnexpectedStep } from './unexpected-step.js';

const body = requestBody({
  code: z
    .union([z.string(), z.int().min(0)])
    .optional()
    .catch(undefined)
    .meta({
      description: 'The login code from Telegram. If it is an integer, lost leading zeros are restored.',
      examples: ['123456'],
    }),
});

/** POST /login/{mxid}/send_code */
export function sendCode(login: LoginService, proofs: PhoneProofs): Endpoint {
  const done = proofs ? loggedIn.extend({ add_phone: phoneStatus }).meta({ title: 'LoggedInByPhone' }) : loggedIn;
  return endpoint({
    name: 'send_code',
    operationId: 'post_login_code',
    method: 'POST',
    path: '/login/{mxid}/send_code',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Send the login code',
    body,
    replies: {
      200: { description: 'Login successful', schema: done },
      202: { description: 'Correct code, but two-factor authentication is enabled', schema: passwordNeeded },
    },
    errors: errorShapes('send_code'),
    async handler({ params, principal, body: { code } }) {
      const owner = readOwner(params, principal);
      const step = await login.submit(owner, {
        kind: 'code',
        code: typeof code === 'string' ? new Secret(code) : code,
      });
      switch (step.kind) {
        case 'complete':
          return reply(200, {
            state: 'logged-in',
            username: step.user.username,
            ...(await describePhoneStatus('add_phone', proofs, owner, step.user)),
          });
        case 'password':
          // The text of the original server, with its grammatical mistake.
          return reply(202, {
            state: 'password',
            message: 'Code accepted, but you have 2-factor authentication is enabled.',
          });
        case 'code':
          throw new UnexpectedStep(step);
      }
    },
  });
}
