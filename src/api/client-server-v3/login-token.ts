import { z } from 'zod';
import { AccountFailure } from '../../accounts/failure.js';
import type { AccountSessions } from '../../accounts/sessions.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { authenticationRequired } from './authentication-required.js';

const minted = z.object({
  login_token: z.string().meta({ description: 'The `token` for one login with m.login.token.' }),
  expires_in_ms: z.int().meta({ description: 'How long the token is valid.' }),
});

/** Returns POST /login/get_token of version 1 of the current client-server API. */
export const loginToken = defineEndpoint(
  {
    name: 'login_token',
    operationId: 'generateLoginToken',
    method: 'POST',
    path: '/login/get_token',
    params: {},
    access: 'authenticated',
    summary: 'Get a token for one login on another device',
    description: 'Requires user-interactive authentication, every time. Limited to one token a minute for each user.',
    body: z.looseObject({ auth: member('object', 'User-interactive authentication.') }),
    bodyFrom: 'optional_json',
    replies: { 200: { description: 'The login token', schema: minted } },
    errors: {
      ...errorShapes([...bodyKinds, 'parameter_invalid', 'rate_limited', 'overloaded', 'user_deactivated', 'defect']),
      401: authenticationRequired,
    },
  },
  ({ sessions }: { readonly sessions: Pick<AccountSessions, 'mintLoginToken'> }) => ({
    async handler({ accessToken, body: { auth } }) {
      if (accessToken === undefined) throw new AccountFailure({ kind: 'token_missing' });
      const grant = await sessions.mintLoginToken(accessToken, auth);
      return reply(200, { login_token: grant.loginToken.reveal(), expires_in_ms: grant.expiresInMs });
    },
  }),
);
