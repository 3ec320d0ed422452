import { z } from 'zod';
import type { AddressRemoval, Caller, ProofSession } from '../../accounts/threepids/account-addresses.js';
import { AccountFailure } from '../../accounts/failure.js';
import type { Secret } from '../../base/secret.js';
import type { Principal } from '../../http/principal.js';
import type { ErrorKind } from '../client-server/error-shapes.js';
import { bodyKinds } from '../client-server/operation-errors.js';

/** The errors of all 3PID endpoints. */
export const anyAddressKinds: readonly ErrorKind[] = [
  'unauthorized',
  'token_unknown',
  'overloaded',
  'homeserver_unreachable',
  'unavailable',
  'defect',
];

/** The errors of a body whose members are validated one by one. */
export const addressBodyKinds: readonly ErrorKind[] = [...bodyKinds, 'missing', 'wrong_value', 'body_too_deep'];

/** The errors of adding a 3PID. */
export const addKinds: readonly ErrorKind[] = [
  'address_changes_disabled',
  'client_secret_invalid',
  'address_in_use',
  'user_deactivated',
];

/** The errors of an identity server. Its own errors are passed on besides. */
export const identityServerKinds: readonly ErrorKind[] = [
  'identity_server_invalid',
  'identity_server_unreachable',
  'rate_limited',
];

/** Identifies a session in which a 3PID was validated. */
export const sessionMembers = {
  sid: z.string().meta({ description: 'The session ID from requestToken.', examples: ['abc123987'] }),
  client_secret: z.string().meta({ description: 'The client secret sent to requestToken.', examples: ['d0nt-T3ll'] }),
};

/** Returns the session that the members identify. */
export function readSession({ sid, client_secret: clientSecret }: z.output<z.ZodObject<typeof sessionMembers>>) {
  return { sid, clientSecret } satisfies ProofSession;
}

/** Identifies the 3PID to remove. */
export const removalBody = z
  .looseObject({
    medium: z.enum(['email', 'msisdn']).meta({ description: 'The medium of the 3PID.' }),
    address: z.string().meta({ description: 'The 3PID.', examples: ['example@example.org'] }),
    id_server: z
      .string()
      .nullish()
      .meta({
        description:
          'The identity server to unbind from, `host[:port][/path]`. Defaults to all identity servers that the ' +
          '3PID is known to be bound at.',
        examples: ['example.org'],
      }),
  })
  .meta({ title: 'Remove3PIDRequest' });

/** Returns the 3PID to remove. */
export function readRemoval(body: z.output<typeof removalBody>): AddressRemoval {
  const { medium, address, id_server: idServer } = body;
  return { medium, address, idServer: idServer ?? undefined, body };
}

/**
 * Returns the user of the request's access token. Throws AccountFailure token_missing if there is
 * none.
 */
export function callerOf(request: {
  readonly principal: Principal;
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
}): Caller {
  const { principal, accessToken, clientAddress } = request;
  if (principal.kind !== 'user' || accessToken === undefined) throw new AccountFailure({ kind: 'token_missing' });
  return { mxid: principal.mxid, accessToken, clientAddress };
}
