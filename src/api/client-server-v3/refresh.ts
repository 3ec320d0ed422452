import { z } from 'zod';
import type { AccountSessions } from '../../accounts/sessions.js';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from '../client-server/error-shapes.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { issuedTokens, wireTokens } from './issued-tokens.js';

/** POST /refresh */
export const refresh = defineEndpoint(
  {
    name: 'refresh',
    method: 'POST',
    path: '/refresh',
    params: {},
    access: 'public',
    summary: 'Get the next access token',
    body: z.looseObject({
      refresh_token: z.string().meta({ description: 'From the login, or from the last refresh.' }),
    }),
    replies: { 200: { description: 'The new tokens', schema: z.object(issuedTokens) } },
    errors: errorShapes([...bodyKinds, 'missing', 'token_unknown', 'rate_limited', 'defect']),
  },
  ({ sessions }: { readonly sessions: Pick<AccountSessions, 'refresh'> }) => ({
    handler: async ({ body }) => reply(200, wireTokens(await sessions.refresh(new Secret(body.refresh_token)))),
  }),
);
