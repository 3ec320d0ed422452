import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter, resolved, wireResolved } from './shapes.js';

/** GET /user/{mxid}/resolve_identifier/{identifier} */
export const resolveIdentifier = defineEndpoint(
  {
    name: 'resolve_identifier',
    method: 'GET',
    path: '/user/{mxid}/resolve_identifier/{identifier}',
    params: {
      mxid: mxidParameter,
      identifier: {
        description: 'A username, a phone number with the leading plus sign, or a Telegram user ID.',
        pattern: '.+',
      },
    },
    access: 'authenticated',
    summary: 'Find a Telegram user',
    replies: { 200: { description: 'Found', schema: resolved } },
    errors: errorShapes('resolve_identifier'),
  },
  ({ login }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const contact = await login.resolveIdentifier(readOwner(params, principal), params.identifier);
      return reply(200, wireResolved(contact));
    },
  }),
);
