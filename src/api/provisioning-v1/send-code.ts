import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { LoginFailure } from '../../login/failure.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import { UnexpectedStep } from '../provisioning-0.3.0/unexpected-step.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure } from './failure.js';
import { loggedIn, mxidParameter, passwordNeeded, stepBody, wireLogin } from './shapes.js';

const body = stepBody({
  code: z
    .union([z.string(), z.int().min(0)])
    .optional()
    .catch(undefined)
    .meta({
      description: 'The login code from Telegram. If it is an integer, lost leading zeros are restored.',
      examples: ['123456'],
    }),
});

/** POST /user/{mxid}/login/send_code */
export const sendCode = defineEndpoint(
  {
    name: 'send_code',
    method: 'POST',
    path: '/user/{mxid}/login/send_code',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Send the login code',
    body,
    replies: {
      200: { description: 'Login successful', schema: loggedIn },
      202: { description: 'Correct code, but two-factor authentication is enabled', schema: passwordNeeded },
    },
    errors: errorShapes('send_code'),
  },
  (deps: EndpointDeps) => ({
    async handler({ params, principal, body: { code } }) {
      const owner = readOwner(params, principal);
      const given = typeof code === 'string' ? new Secret(code) : code;
      const step = await deps.login.submit(owner, { kind: 'code', code: given }).catch(atCode);
      switch (step.kind) {
        case 'complete':
          return reply(200, await wireLogin(deps, owner, step.user));
        case 'password':
          return reply(202, {
            state: 'password',
            message: 'Code accepted, but you have 2-factor authentication enabled. Please enter your password.',
            hint: step.hint,
          });
        case 'code':
          throw new UnexpectedStep(step);
      }
    },
  }),
);

// Maps errors whose status in the original differs between the code and the phone number.
function atCode(error: unknown): never {
  const isUnoccupied = error instanceof LoginFailure && error.fact.kind === 'phone_number_unoccupied';
  throw isUnoccupied ? new VersionFailure({ kind: 'phone_number_unoccupied_at_code' }, { cause: error }) : error;
}
