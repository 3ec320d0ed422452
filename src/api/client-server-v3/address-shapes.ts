import { z } from 'zod';
import type { AddressRemoval, Caller, ProofSession } from '../../accounts/contacts/account-addresses.js';
import { AccountFailure } from '../../accounts/failure.js';
import type { Secret } from '../../base/secret.js';
import type { Principal } from '../../http/principal.js';
import type { ErrorKind } from '../client-server/error-shapes.js';
import { bodyKinds } from '../client-server/operation-errors.js';

/** What can go wrong with any request about the addresses of an account. */
export const anyAddressKinds: readonly ErrorKind[] = [
  'unauthorized',
  'token_unknown',
  'overloaded',
  'homeserver_unreachable',
  'unavailable',
  'defect',
];

/** What can go wrong with a body whose members are looked at one by one. */
export const addressBodyKinds: readonly ErrorKind[] = [...bodyKinds, 'missing', 'wrong_value', 'body_too_deep'];

/** What can go wrong when an address is added. */
export const addKinds: readonly ErrorKind[] = [
  'address_changes_disabled',
  'client_secret_invalid',
  'address_in_use',
  'user_deactivated',
];

/** What can go wrong at an identity server. Its own refusals come on top. */
export const identityServerKinds: readonly ErrorKind[] = [
  'identity_server_invalid',
  'identity_server_unreachable',
  'rate_limited',
];

/** What names a session in which an address was proven. */
export const sessionMembers = {
  sid: z.string().meta({ description: 'The session ID that requestToken gave.', examples: ['abc123987'] }),
  client_secret: z
    .string()
    .meta({ description: 'The client secret that was given to requestToken.', examples: ['d0nt-T3ll'] }),
};

/** The session that is named. */
export function readSession({ sid, client_secret: clientSecret }: z.output<z.ZodObject<typeof sessionMembers>>) {
  return { sid, clientSecret } satisfies ProofSession;
}

/** What names an address that is to go. */
export const removalBody = z
  .looseObject({
    medium: z.enum(['email', 'msisdn']).meta({ description: 'The medium of the address.' }),
    address: z.string().meta({ description: 'The address.', examples: ['example@example.org'] }),
    id_server: z
      .string()
      .nullish()
      .meta({
        description:
          'The identity server that is to forget it, `host[:port][/path]`. If it is absent, all of which it is known that the address is ' +
          'published there.',
        examples: ['example.org'],
      }),
  })
  .meta({ title: 'Remove3PIDRequest' });

/** The address that is to go. */
export function readRemoval(body: z.output<typeof removalBody>): AddressRemoval {
  const { medium, address, id_server: idServer } = body;
  return { medium, address, idServer: idServer ?? undefined, body };
}

/** The user of a request's access token; throws AccountFailure token_missing where there is none. */
export function callerOf(request: {
  readonly principal: Principal;
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
}): Caller {
  const { principal, accessToken, clientAddress } = request;
  if (principal.kind !== 'user' || accessToken === undefined) throw new AccountFailure({ kind: 'token_missing' });
  return { mxid: principal.mxid, accessToken, clientAddress };
}
