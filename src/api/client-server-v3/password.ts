import { z } from 'zod';
import type { AccountCredentials } from '../../accounts/credentials.js';
import type { AccountAuthority } from '../../accounts/authority.js';
import type { LoginLimits } from '../../accounts/login-limits.js';
import { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { admitLogin } from '../client-server/log-in.js';
import { errorShapes, type ErrorKind } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { callerOf } from './address-shapes.js';
import { authenticationRequired, validationRequired } from './authentication-required.js';

/** The dependencies of the endpoint. */
export interface PasswordDeps {
  readonly credentials: Pick<AccountCredentials, 'changePassword'>;
  readonly authority: Pick<AccountAuthority, 'whoAmI'>;
  readonly limits: Pick<LoginLimits, 'admitClient' | 'checkClient'>;
}

const kinds: readonly ErrorKind[] = [
  ...bodyKinds,
  'missing',
  'parameter_missing',
  'parameter_invalid',
  'rate_limited',
  'overloaded',
  'user_deactivated',
  'unavailable',
  'defect',
];

/** POST /account/password */
export const changePassword = defineEndpoint(
  {
    name: 'change_password',
    operationId: 'changePassword',
    method: 'POST',
    path: '/account/password',
    params: {},
    access: 'public',
    summary: 'Set a new password',
    description:
      'Requires user-interactive authentication: by the password, if the request has an access token, or by ' +
      'a 3PID of the account, validated in a session of /account/password/{medium}/requestToken.',
    body: z.looseObject({
      new_password: z.string().meta({ description: 'The new password.' }),
      logout_devices: z
        .boolean()
        .nullish()
        .meta({ description: 'Whether all other logins of the account end. Defaults to true.' }),
      auth: member('object', 'User-interactive authentication.'),
    }),
    replies: { 200: { description: 'The password was set', schema: z.object({}) } },
    errors: { ...errorShapes(kinds), 401: validationRequired },
  },
  ({ credentials, authority, limits }: PasswordDeps) => ({
    admit: (head) => admitLogin(limits, head),
    async handler({ body, accessToken, clientAddress }) {
      if (accessToken === undefined) limits.admitClient(clientNetwork(clientAddress));
      const holder = accessToken && (await authority.whoAmI(accessToken, clientAddress));
      await credentials.changePassword({
        caller: holder && accessToken && { ...holder, accessToken, clientAddress },
        newPassword: new Secret(body.new_password),
        logsOut: body.logout_devices ?? true,
        auth: body.auth,
      });
      return reply(200, {});
    },
  }),
);

const outcome = z.object({
  id_server_unbind_result: z.enum(['no-support', 'success']).meta({
    description: '`success` if every identity server with a binding has removed it, else `no-support`.',
  }),
});

/** POST /account/deactivate */
export const deactivateAccount = defineEndpoint(
  {
    name: 'deactivate_account',
    operationId: 'deactivateAccount',
    method: 'POST',
    path: '/account/deactivate',
    params: {},
    access: 'authenticated',
    summary: 'Deactivate the account permanently',
    description:
      'Requires user-interactive authentication. Ends all logins, including those to Telegram, and deletes ' +
      'the 3PIDs with their bindings. The user name stays reserved.',
    body: z.looseObject({
      auth: member('object', 'User-interactive authentication.'),
      id_server: z.string().nullish().meta({
        description: 'The identity server to unbind 3PIDs from, `host[:port][/path]`. Defaults to all that are known.',
      }),
      erase: z.boolean().nullish().meta({ description: 'Has no effect: Gangway stores no messages.' }),
    }),
    bodyFrom: 'optional_json',
    replies: { 200: { description: 'The account was deactivated', schema: outcome } },
    errors: { ...errorShapes([...kinds, 'identity_server_invalid']), 401: authenticationRequired },
  },
  ({ credentials }: { readonly credentials: Pick<AccountCredentials, 'deactivate'> }) => ({
    async handler(request) {
      const { auth, id_server: idServer } = request.body;
      const result = await credentials.deactivate(callerOf(request), auth, idServer ?? undefined);
      return reply(200, { id_server_unbind_result: result });
    },
  }),
);
