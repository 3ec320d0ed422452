import { z } from 'zod';
import type { AccountAddresses } from '../../accounts/threepids/account-addresses.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { anyAddressKinds, callerOf } from './address-shapes.js';

const address = z.looseObject({
  medium: z.enum(['email', 'msisdn']).meta({ description: 'The medium of the 3PID.' }),
  address: z.string().meta({ description: 'The 3PID in its canonical form.', examples: ['447470674927'] }),
  validated_at: z.int().meta({ description: 'When it was validated, in milliseconds since 1970.' }),
  added_at: z.int().meta({ description: 'When it was added to the account, in milliseconds since 1970.' }),
});

/** GET /account/3pid */
export const listAddresses = defineEndpoint(
  {
    name: 'list_addresses',
    operationId: 'getAccount3PIDs',
    method: 'GET',
    path: '/account/3pid',
    params: {},
    access: 'authenticated',
    summary: 'List the 3PIDs of the account',
    description: 'In relay mode, the 3PIDs of the homeserver come first, followed by those stored in Gangway.',
    replies: { 200: { description: 'The 3PIDs', schema: z.object({ threepids: z.array(address) }) } },
    errors: errorShapes(anyAddressKinds),
    otherErrors: homeserverErrors,
  },
  ({ addresses }: { readonly addresses: Pick<AccountAddresses, 'list'> }) => ({
    async handler(request) {
      const found = await addresses.list(callerOf(request));
      const threepids = found.map(({ medium, address: text, validatedAt, addedAt }) => ({
        medium,
        address: text,
        validated_at: validatedAt,
        added_at: addedAt,
      }));
      return reply(200, { threepids });
    },
  }),
);
