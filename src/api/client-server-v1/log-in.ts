import { z } from 'zod';
import { AccountFailure } from '../../accounts/failure.js';
import { serverNameOf } from '../../base/mxid.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { admitLogin, logIn, type LoginDeps } from '../client-server/log-in.js';
import { member } from '../client-server/member.js';
import { loginKinds } from '../client-server/operation-errors.js';
import type { LoginBody } from '../client-server/read-login.js';

const body = z
  .looseObject({
    username: member('string', 'A Matrix ID or its localpart. Same as `user`.'),
    password: member('string', 'The password.'),
    type: member('string', 'The login type. Defaults to m.login.password.'),
    user: member('string', 'Alternative name of `username`. Takes precedence over it.'),
  })
  .meta({ required: ['username', 'password'] });

const granted = z.object({
  user_id: z.string().meta({ description: 'The Matrix ID that was logged in.' }),
  access_token: z.string().meta({ description: 'The access token. It does not expire.' }),
  home_server: z.string().meta({ description: 'The server name of the Matrix ID.' }),
  device_id: z.string().meta({ description: 'The device that was logged in.' }),
});

/** Returns POST /login of version 1. */
export const logInV1 = defineEndpoint(
  {
    name: 'log_in',
    operationId: 'login',
    method: 'POST',
    path: '/login',
    params: {},
    access: 'public',
    summary: 'Log in',
    body,
    replies: { 200: { description: 'Logged in', schema: granted } },
    errors: errorShapes(loginKinds),
    otherErrors: homeserverErrors,
  },
  (deps: LoginDeps) => ({
    admit: (head) => admitLogin(deps.limits, head),
    async handler(request) {
      const grant = await logIn(deps, { ...request, body: asVersion3(request.body), userName: 'username' });
      return reply(200, {
        user_id: grant.mxid,
        access_token: grant.accessToken.reveal(),
        home_server: serverNameOf(grant.mxid),
        device_id: grant.deviceId,
      });
    },
  }),
);

// Clients of this version cannot refresh: a token that expires would log them out.
function asVersion3({ type = 'm.login.password', refresh_token: _wish, ...rest }: LoginBody): LoginBody {
  return { ...withIdentifier(type, rest), type };
}

function withIdentifier(type: unknown, { username, user, ...rest }: LoginBody): LoginBody {
  // Some libraries send null if they have no username.
  const who = username ?? user;
  if (who === undefined) return rest;
  if (typeof who === 'string') return { ...rest, identifier: { type: 'm.id.user', user: who } };
  if (type !== 'm.login.password') return rest;
  const name = username === undefined || username === null ? 'user' : 'username';
  throw new AccountFailure({ kind: 'parameter_invalid', name, problem: 'It must be a text.' });
}
