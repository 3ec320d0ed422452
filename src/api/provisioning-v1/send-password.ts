import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning-0.3.0/owner.js';
import { UnexpectedStep } from '../provisioning-0.3.0/unexpected-step.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { loggedIn, mxidParameter, stepBody, wireLogin } from './shapes.js';

const body = stepBody({
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

/** POST /user/{mxid}/login/send_password */
export const sendPassword = defineEndpoint(
  {
    name: 'send_password',
    method: 'POST',
    path: '/user/{mxid}/login/send_password',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Send the two-factor auth password',
    description: 'Also continues a QR login that requires the password.',
    body,
    replies: { 200: { description: 'Login successful', schema: loggedIn } },
    errors: errorShapes('send_password'),
  },
  (deps: EndpointDeps) => ({
    async handler({ params, principal, body: { password } }) {
      const owner = readOwner(params, principal);
      const step = await deps.login.submit(owner, {
        kind: 'password',
        password: password === undefined ? undefined : new Secret(password),
      });
      if (step.kind !== 'complete') throw new UnexpectedStep(step);
      return reply(200, await wireLogin(deps, owner, step.user));
    },
  }),
);
