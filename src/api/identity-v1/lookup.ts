import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Associations } from '../../identity/associations.js';
import { anyKinds, errorShapes } from '../identity/error-shapes.js';
import { text } from '../identity/input.js';
import { signedAssociation } from '../identity/signed-association.js';
import { callerOf, type Version } from '../identity/version.js';

/** GET /lookup */
export function lookup({ access, entryKinds }: Version) {
  return defineEndpoint(
    {
      name: 'lookup',
      operationId: 'lookupUser',
      method: 'GET',
      path: '/lookup',
      params: {},
      access,
      summary: 'Look up a 3PID',
      body: z.looseObject({ medium: text('email or msisdn'), address: text('The address.') }),
      bodyFrom: 'query',
      replies: {
        200: { description: 'The binding, or an empty object if there is none', schema: signedAssociation },
      },
      errors: errorShapes([...entryKinds, 'missing', 'identity:rate_limited', ...anyKinds]),
    },
    ({ associations }: { readonly associations: Pick<Associations, 'find'> }) => ({
      async handler(request) {
        const { medium, address } = request.body;
        return reply(200, (await associations.find({ medium, address }, callerOf(request))) ?? {});
      },
    }),
  );
}
