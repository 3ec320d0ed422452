import { z } from 'zod';
import { serverNameOf } from '../../base/mxid.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { admitLogin, logIn as performLogin, type LoginDeps } from '../client-server/log-in.js';
import { loginKinds } from '../client-server/operation-errors.js';
import { member } from '../client-server/member.js';
import { issuedTokens, wireTokens } from './issued-tokens.js';

const body = z
  .looseObject({
    type: member(
      'string',
      'The login type: m.login.password, m.login.token, or another type that the homeserver supports.',
    ),
    identifier: member(
      'object',
      'The user: `{type: "m.id.user", user}`, `{type: "m.id.thirdparty", medium, address}` or `{type: ' +
        '"m.id.phone", country, phone}`. `number` is accepted instead of `phone`.',
    ),
    user: member(
      'string',
      'A Matrix ID or its localpart. Deprecated in favour of `identifier`, but takes precedence over it.',
    ),
    medium: member('string', 'The medium of a 3PID, `email` or `msisdn`. Deprecated in favour of `identifier`.'),
    address: member(
      'string',
      'A 3PID. Deprecated in favour of `identifier`. Together with `medium`, it takes precedence over `user`.',
    ),
    password: member('string', 'Required for m.login.password.'),
    token: member('string', 'Required for m.login.token.'),
    device_id: member(
      'string',
      'The device to log in. An existing login of the device ends. If absent, a new ID is generated.',
    ),
    initial_device_display_name: member('string', 'The display name of a new device.'),
    refresh_token: member(
      'boolean',
      'Whether the client supports refresh tokens. Only then may its access token expire.',
    ),
  })
  .meta({ required: ['type'] });

const granted = z.looseObject({
  user_id: z.string().meta({ description: 'The Matrix ID that was logged in.' }),
  ...issuedTokens,
  home_server: z.string().meta({ description: 'The server name of the Matrix ID. Deprecated.' }),
  device_id: z.string().meta({ description: 'The device that was logged in.' }),
  well_known: z.looseObject({}).optional().meta({
    description: 'The servers that the client should use from now on, in the form of /.well-known/matrix/client.',
  }),
});

/** POST /login */
export const logIn = defineEndpoint(
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
      const grant = await performLogin(deps, { ...request, userName: 'identifier' });
      return reply(200, {
        ...grant.extra,
        user_id: grant.mxid,
        ...wireTokens(grant),
        home_server: serverNameOf(grant.mxid),
        device_id: grant.deviceId,
      });
    },
  }),
);
