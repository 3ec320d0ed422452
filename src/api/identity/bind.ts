import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Associations } from '../../identity/associations.js';
import { anyKinds, errorShapes, inputKinds } from './error-shapes.js';
import { text } from './input.js';
import { sessionMembers, validatedSessionKinds } from './session-shapes.js';
import { signedAssociation } from './signed-association.js';
import { userOf, type Version } from './version.js';

/** Returns POST /3pid/bind, and /bind, as the first specification has it. */
export function bind(version: Version, path: '/3pid/bind' | '/bind') {
  return defineEndpoint(
    {
      name: path === '/bind' ? 'bind_of_old' : 'bind',
      operationId: path === '/bind' ? 'bindOfOld' : 'bind',
      method: 'POST',
      path,
      params: {},
      access: version.access,
      summary: 'Bind a validated 3PID to a Matrix ID',
      body: z
        .looseObject({
          ...sessionMembers,
          mxid: text('The Matrix user ID to bind it to.', '@ears:matrix.org'),
        })
        .meta({ title: 'BindRequest' }),
      bodyFrom: version.inputFrom,
      replies: { 200: { description: 'The signed association', schema: signedAssociation } },
      errors: errorShapes([
        ...version.entryKinds,
        ...inputKinds,
        ...validatedSessionKinds,
        'identity:mxid_invalid',
        version.access === 'public' ? 'identity:mxid_not_allowed' : 'identity:not_your_mxid',
        ...anyKinds,
      ]),
    },
    ({ associations }: { readonly associations: Pick<Associations, 'bind'> }) => ({
      async handler(request) {
        const { sid, client_secret: clientSecret, mxid } = request.body;
        return reply(200, await associations.bind({ sid, clientSecret, mxid, caller: userOf(request) }));
      },
    }),
  );
}
