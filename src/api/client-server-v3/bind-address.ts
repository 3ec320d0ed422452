import { z } from 'zod';
import type { AccountAddresses } from '../../accounts/threepids/account-addresses.js';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import {
  addressBodyKinds,
  anyAddressKinds,
  callerOf,
  identityServerKinds,
  readSession,
  sessionMembers,
} from './address-shapes.js';

const body = z.looseObject({
  sid: sessionMembers.sid,
  client_secret: sessionMembers.client_secret,
  id_server: z.string().meta({
    description: 'The identity server at which the 3PID was validated, `host[:port][/path]`.',
    examples: ['example.org'],
  }),
  id_access_token: z.string().meta({ description: 'An access token of the user for the identity server.' }),
});

/** POST /account/3pid/bind */
export const bindAddress = defineEndpoint(
  {
    name: 'bind_address',
    operationId: 'bind3PID',
    method: 'POST',
    path: '/account/3pid/bind',
    params: {},
    access: 'authenticated',
    summary: 'Bind a 3PID that was validated at an identity server',
    description: 'Errors of the identity server are passed on. The 3PID is not added to the account.',
    body,
    replies: { 200: { description: 'The 3PID was bound', schema: z.object({}) } },
    errors: errorShapes([...addressBodyKinds, ...identityServerKinds, ...anyAddressKinds]),
    otherErrors: { ...homeserverErrors, description: 'Any other error of the identity server or the homeserver' },
  },
  ({ addresses }: { readonly addresses: Pick<AccountAddresses, 'bind'> }) => ({
    async handler(request) {
      const { id_server: idServer, id_access_token: token } = request.body;
      const server = { idServer, idAccessToken: new Secret(token) };
      await addresses.bind(callerOf(request), readSession(request.body), server, request.body);
      return reply(200, {});
    },
  }),
);
