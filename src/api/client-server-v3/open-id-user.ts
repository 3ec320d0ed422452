import { z } from 'zod';
import { AccountFailure } from '../../accounts/failure.js';
import type { OpenIdTokens } from '../../accounts/open-id.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Api } from '../../http/api.js';
import { errorShapes } from '../client-server/error-shapes.js';
import { defineMatrixApi } from '../client-server/matrix-api.js';

/** The dependencies of the endpoint. */
interface OpenIdUserDeps {
  readonly tokens: Pick<OpenIdTokens, 'findUser'>;
}

const openIdUser = defineEndpoint(
  {
    name: 'open_id_user',
    operationId: 'exchangeOpenIdToken',
    method: 'GET',
    path: '/openid/userinfo',
    params: {},
    query: { access_token: { description: 'The OpenID token.' } },
    access: 'public',
    summary: 'Get the user of an OpenID token',
    replies: {
      200: {
        description: 'The user',
        schema: z.object({ sub: z.string().meta({ description: 'The Matrix ID.' }) }),
      },
    },
    errors: errorShapes(['token_missing', 'token_unknown', 'defect']),
  },
  ({ tokens }: OpenIdUserDeps) => ({
    async handler({ accessToken }) {
      if (accessToken === undefined) throw new AccountFailure({ kind: 'token_missing' });
      const verdict = await tokens.findUser(accessToken);
      if (verdict.kind !== 'user') throw new AccountFailure({ kind: 'token_unknown', softLogout: false });
      return reply(200, { sub: verdict.mxid });
    },
  }),
);

/** GET /_matrix/federation/v1/openid/userinfo, the only operation of the server-server API. */
export const serverServer = { prefixes: ['/_matrix/federation/v1'], endpoints: [openIdUser] } as const;

/** Returns the server-server API. */
export function createServerServer(deps: OpenIdUserDeps): Api {
  return defineMatrixApi({
    name: 'open-id',
    prefixes: serverServer.prefixes,
    endpoints: serverServer.endpoints.map((operation) => operation.serve(deps)),
  });
}
