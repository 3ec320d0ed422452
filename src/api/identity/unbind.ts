import { z } from 'zod';
import { clientNetwork } from '../../http/client-ip.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Associations } from '../../identity/associations.js';
import { anyKinds, errorShapes, inputKinds } from './error-shapes.js';
import { optionalText, text } from './input.js';
import { validatedSessionKinds } from './session-shapes.js';
import { toErrorReply } from './to-error-reply.js';
import type { Version } from './version.js';

const body = z.looseObject({
  mxid: text('The Matrix user ID that the 3PID is bound to.'),
  threepid: z.looseObject({ medium: text('Its medium.'), address: text('The 3PID.') }),
  sid: optionalText('A session in which the 3PID was validated. No signature is needed then.'),
  client_secret: optionalText('The client secret of that session.'),
});

/**
 * Returns POST /3pid/unbind. Requires no access token, but a session or the signature of the user's
 * homeserver.
 */
export function unbind({ inputFrom, entryKinds }: Version) {
  return defineEndpoint(
    {
      name: 'unbind',
      method: 'POST',
      path: '/3pid/unbind',
      params: {},
      access: 'public',
      summary: 'Unbind a 3PID',
      description:
        "Requires either `sid` and `client_secret`, or an X-Matrix signature of the user's homeserver in the " +
        'Authorization header.',
      body,
      bodyFrom: inputFrom,
      replies: { 200: { description: 'The 3PID is not bound, or not bound any more', schema: z.object({}) } },
      errors: errorShapes(
        [
          ...(inputFrom === 'arguments' ? entryKinds : []),
          ...inputKinds,
          ...validatedSessionKinds,
          'identity:mxid_invalid',
          'identity:address_invalid',
          'identity:medium_unsupported',
          'identity:unbind_mismatch',
          'identity:signature_missing',
          'identity:signature_wrong',
          'identity:server_name_invalid',
          'identity:origin_mismatch',
          'identity:homeserver_unreachable',
          'identity:overloaded',
          'identity:rate_limited',
          ...anyKinds,
        ],
        'unbind',
      ),
      failure: (failure) => toErrorReply(failure, 'unbind'),
    },
    ({ associations }: { readonly associations: Pick<Associations, 'unbind'> }) => ({
      async handler({ body: asked, received, clientAddress }) {
        const { mxid, threepid, sid, client_secret: clientSecret } = asked;
        const { method, uri } = received;
        await associations.unbind(
          { mxid, medium: threepid.medium, address: threepid.address },
          sid !== undefined && clientSecret !== undefined
            ? { kind: 'session', sid, clientSecret }
            : {
                kind: 'homeserver',
                client: clientNetwork(clientAddress),
                request: { authorization: received.header('authorization'), method, uri, content: asked },
              },
        );
        return reply(200, {});
      },
    }),
  );
}
