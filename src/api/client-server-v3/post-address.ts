import { z } from 'zod';
import type { AccountAddresses, ProofSession } from '../../accounts/threepids/account-addresses.js';
import { AccountFailure } from '../../accounts/failure.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { toPostErrorReply } from '../client-server/to-error-reply.js';
import { addKinds, anyAddressKinds, callerOf } from './address-shapes.js';

const body = z
  .looseObject({
    three_pid_creds: member(
      'object',
      'The session in which the 3PID was validated: `{sid, client_secret}`. Other members in the ' +
        'specification are ignored.',
    ),
    threePidCreds: member(
      'object',
      '`three_pid_creds` under the name that old clients use. It can contain `clientSecret` instead of ' +
        '`client_secret`.',
    ),
  })
  .meta({ required: ['three_pid_creds'] });

/** The dependencies of the endpoint. */
interface PostAddressDeps {
  readonly addresses: Pick<AccountAddresses, 'admit' | 'addWithoutAuthentication'>;
  /** If it is false, the endpoint behaves like an unknown path. */
  readonly postsWithoutAuthentication: boolean;
}

/** POST /account/3pid */
export const postAddress = defineEndpoint(
  {
    name: 'post_address',
    operationId: 'post3PIDs',
    method: 'POST',
    path: '/account/3pid',
    params: {},
    access: 'authenticated',
    summary: 'Add a validated 3PID to the account, without authentication',
    description: 'Deprecated in favour of POST /account/3pid/add. An administrator can disable it.',
    body,
    replies: { 200: { description: 'The 3PID was added', schema: z.object({}) } },
    errors: errorShapes([
      'route_unknown',
      ...bodyKinds,
      'body_too_deep',
      'parameter_missing',
      'parameter_invalid',
      ...addKinds,
      'post:address_not_proven',
      ...anyAddressKinds,
    ]),
    otherErrors: homeserverErrors,
    failure: (failure) => (failure instanceof AccountFailure ? toPostErrorReply(failure.details) : undefined),
  },
  ({ addresses, postsWithoutAuthentication: isOn }: PostAddressDeps) => ({
    ...(isOn ? {} : { objection: () => ({ kind: 'route_unknown' }) as const }),
    admit: () => addresses.admit(),
    async handler(request) {
      await addresses.addWithoutAuthentication(callerOf(request), readCredentials(request.body), request.body);
      return reply(200, {});
    },
  }),
);

type Members = Readonly<Record<string, unknown>>;

function readCredentials(members: Members): ProofSession {
  const name = members['three_pid_creds'] === undefined ? 'threePidCreds' : 'three_pid_creds';
  const credentials = members[name];
  if (credentials === undefined) throw new AccountFailure({ kind: 'parameter_missing', name: 'three_pid_creds' });
  if (!isObject(credentials)) throw invalid('three_pid_creds', 'It must be an object.');
  const secretName = credentials['client_secret'] === undefined ? 'clientSecret' : 'client_secret';
  const clientSecret = readText(credentials, secretName, 'client_secret');
  return { sid: readText(credentials, 'sid', 'sid'), clientSecret };
}

function readText(credentials: Members, name: string, specifiedName: string): string {
  const value = credentials[name];
  const at = `three_pid_creds.${specifiedName}`;
  if (value === undefined) throw new AccountFailure({ kind: 'parameter_missing', name: at });
  if (typeof value !== 'string') throw invalid(at, 'It must be a text.');
  return value;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, problem: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_invalid', name, problem });
}
