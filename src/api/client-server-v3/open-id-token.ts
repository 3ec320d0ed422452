import { z } from 'zod';
import { AccountFailure } from '../../accounts/failure.js';
import type { OpenIdTokens } from '../../accounts/open-id.js';
import type { ServerName } from '../../base/mxid.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from '../client-server/error-shapes.js';
import { bodyKinds } from '../client-server/operation-errors.js';

const credentials = z.object({
  access_token: z.string().meta({
    description:
      "Proves the user's identity to another service. It is not an access token. With " +
      '`provisioning.allow_openid_auth`, it also authorizes version 3 of the provisioning API for this ' +
      'user.',
  }),
  token_type: z.literal('Bearer').meta({ description: 'Always `Bearer`.' }),
  matrix_server_name: z.string().meta({ description: 'The server that verifies the token.' }),
  expires_in: z.int().meta({ description: 'How long the token is valid, in seconds.' }),
});

/** POST /user/{userId}/openid/request_token */
export const openIdToken = defineEndpoint(
  {
    name: 'open_id_token',
    operationId: 'requestOpenIdToken',
    method: 'POST',
    path: '/user/{userId}/openid/request_token',
    params: { userId: { description: "The user's own Matrix ID.", example: '@alice:example.com' } },
    access: 'authenticated',
    summary: "Get a token that proves the user's identity to another service",
    description: 'For example, to an identity service. The token ends with the login that requested it.',
    body: z.looseObject({}),
    bodyFrom: 'optional_json',
    replies: { 200: { description: 'The OpenID token', schema: credentials } },
    errors: errorShapes([...bodyKinds, 'unauthorized', 'token_unknown', 'not_yourself', 'rate_limited', 'defect']),
  },
  ({ tokens, serverName }: OpenIdDeps) => ({
    async handler({ accessToken, params: { userId } }) {
      if (accessToken === undefined) throw new AccountFailure({ kind: 'token_missing' });
      const { token, expiresInMs } = await tokens.mint(accessToken, userId);
      return reply(200, {
        access_token: token.reveal(),
        token_type: 'Bearer',
        matrix_server_name: serverName,
        expires_in: Math.floor(expiresInMs / 1000),
      });
    },
  }),
);

/** The OpenID tokens of accounts of our own. */
export interface OpenIdDeps {
  readonly tokens: OpenIdTokens;
  readonly serverName: ServerName;
}
