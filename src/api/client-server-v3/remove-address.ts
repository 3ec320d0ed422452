import { z } from 'zod';
import type { AccountAddresses } from '../../accounts/threepids/account-addresses.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import {
  addressBodyKinds,
  anyAddressKinds,
  callerOf,
  identityServerKinds,
  readRemoval,
  removalBody,
} from './address-shapes.js';

const outcome = z
  .object({
    id_server_unbind_result: z.enum(['no-support', 'success']).meta({
      description:
        '`success` if every identity server has removed the binding. `no-support` if one has not, or if none ' +
        'is known.',
    }),
  })
  .meta({ title: 'Remove3PIDReply' });

const shared = {
  method: 'POST',
  params: {},
  access: 'authenticated',
  body: removalBody,
  otherErrors: { ...homeserverErrors, description: 'Any other error of the identity server or the homeserver' },
} as const;

/** POST /account/3pid/delete */
export const deleteAddress = defineEndpoint(
  {
    ...shared,
    name: 'delete_address',
    operationId: 'delete3pidFromAccount',
    path: '/account/3pid/delete',
    summary: 'Remove a 3PID from the account',
    description: 'Also unbinds it from identity servers if possible. Succeeds if the account does not have the 3PID.',
    replies: { 200: { description: 'The 3PID was removed', schema: outcome } },
    errors: errorShapes([
      ...addressBodyKinds,
      'parameter_invalid',
      'address_changes_disabled',
      ...identityServerKinds,
      ...anyAddressKinds,
    ]),
  },
  ({ addresses }: { readonly addresses: Pick<AccountAddresses, 'admit' | 'remove'> }) => ({
    admit: () => addresses.admit(),
    async handler(request) {
      const result = await addresses.remove(callerOf(request), readRemoval(request.body));
      return reply(200, { id_server_unbind_result: result });
    },
  }),
);

/** POST /account/3pid/unbind */
export const unbindAddress = defineEndpoint(
  {
    ...shared,
    name: 'unbind_address',
    operationId: 'unbind3pidFromAccount',
    path: '/account/3pid/unbind',
    summary: 'Unbind a 3PID from identity servers',
    description: 'The 3PID stays in the account.',
    replies: { 200: { description: 'The result', schema: outcome } },
    errors: errorShapes([...addressBodyKinds, 'parameter_invalid', ...identityServerKinds, ...anyAddressKinds]),
  },
  ({ addresses }: { readonly addresses: Pick<AccountAddresses, 'unbind'> }) => ({
    async handler(request) {
      const result = await addresses.unbind(callerOf(request), readRemoval(request.body));
      return reply(200, { id_server_unbind_result: result });
    },
  }),
);
