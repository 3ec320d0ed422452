import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { IdentityUsers } from '../../identity/users.js';
import { IdentityFailure } from '../../identity/failure.js';
import { anyKinds, errorShapes, inputKinds } from '../identity/error-shapes.js';
import { text } from '../identity/input.js';
import { userOf, version2 } from '../identity/version.js';

/** POST /account/register */
export const register = defineEndpoint(
  {
    name: 'register',
    operationId: 'registerAccount',
    method: 'POST',
    path: '/account/register',
    params: {},
    access: 'public',
    summary: 'Get an access token with an OpenID token of the user’s homeserver',
    description: "The body is the homeserver's reply to a request for an OpenID token.",
    body: z.looseObject({
      access_token: text('The OpenID token.'),
      matrix_server_name: text('The server that verifies the token.', 'matrix.org'),
      token_type: z.unknown().optional().meta({ type: 'string', description: 'Bearer.' }),
      expires_in: z.unknown().optional().meta({ type: 'integer', description: 'How long the OpenID token is valid.' }),
    }),
    replies: {
      200: {
        description: 'The access token',
        schema: z.object({
          token: text('The access token for this service.'),
          access_token: text('The same, for clients that read this member.'),
        }),
      },
    },
    errors: errorShapes([
      ...inputKinds,
      'identity:server_name_invalid',
      'identity:server_not_allowed',
      'identity:open_id_refused',
      'identity:homeserver_unreachable',
      'identity:overloaded',
      'identity:rate_limited',
      ...anyKinds,
    ]),
  },
  ({ users }: { readonly users: Pick<IdentityUsers, 'register' | 'checkClient'> }) => ({
    admit: ({ clientAddress }) => users.checkClient(clientNetwork(clientAddress)),
    async handler({ body, clientAddress }) {
      const issued = await users.register({
        accessToken: new Secret(body.access_token),
        matrixServerName: body.matrix_server_name,
        client: clientNetwork(clientAddress),
      });
      const token = issued.reveal();
      return reply(200, { token, access_token: token });
    },
  }),
);

/** GET /account */
export const account = defineEndpoint(
  {
    name: 'account',
    operationId: 'getAccount',
    method: 'GET',
    path: '/account',
    params: {},
    access: 'authenticated',
    summary: 'Get the owner of the access token',
    replies: { 200: { description: 'The owner', schema: z.object({ user_id: text('The Matrix user ID.') }) } },
    errors: errorShapes([...version2.entryKinds, ...anyKinds]),
  },
  () => ({
    handler(request) {
      const mxid = userOf(request);
      if (mxid === undefined) return Promise.reject(new IdentityFailure({ kind: 'token_unknown' }));
      return Promise.resolve(reply(200, { user_id: mxid }));
    },
  }),
);

/** Returns POST /account/logout, which does not require accepted terms. */
export const logOut = defineEndpoint(
  {
    name: 'log_out',
    operationId: 'logout',
    method: 'POST',
    path: '/account/logout',
    params: {},
    access: 'authenticated',
    summary: 'Revoke an access token',
    replies: { 200: { description: 'The token was revoked', schema: z.object({}) } },
    errors: errorShapes(['unauthorized', 'identity:token_unknown', ...anyKinds]),
  },
  ({ users }: { readonly users: Pick<IdentityUsers, 'logOut'> }) => ({
    async handler({ accessToken }) {
      if (accessToken === undefined) throw new IdentityFailure({ kind: 'token_unknown' });
      await users.logOut(accessToken);
      return reply(200, {});
    },
  }),
);
