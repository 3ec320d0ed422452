import { z } from 'zod';
import { boundedList } from '../../http/bounded-list.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { textRecord } from '../../http/text-record.js';
import type { Lookup } from '../../identity/lookup.js';
import { anyKinds, errorShapes, inputKinds } from '../identity/error-shapes.js';
import { maxLookups, text } from '../identity/input.js';
import { callerOf, version2 } from '../identity/version.js';

/** GET /hash_details */
export const hashDetails = defineEndpoint(
  {
    name: 'hash_details',
    operationId: 'getHashDetails',
    method: 'GET',
    path: '/hash_details',
    params: {},
    access: 'authenticated',
    summary: 'Get the parameters for hashing 3PIDs',
    replies: {
      200: {
        description: 'The algorithms and the pepper',
        schema: z.object({
          algorithms: z.array(z.string()).meta({ description: 'The supported algorithms.' }),
          lookup_pepper: text('The pepper for hashing 3PIDs.'),
        }),
      },
    },
    errors: errorShapes([...version2.entryKinds, ...anyKinds]),
  },
  ({ lookup }: { readonly lookup: Pick<Lookup, 'hashDetails'> }) => ({
    async handler() {
      const details = await lookup.hashDetails();
      const algorithms = [...details.algorithms];
      return reply(200, { algorithms, lookup_pepper: details.lookupPepper });
    },
  }),
);

/** POST /lookup */
export const lookUp = defineEndpoint(
  {
    name: 'lookup',
    operationId: 'lookupUsersV2',
    method: 'POST',
    path: '/lookup',
    params: {},
    access: 'authenticated',
    summary: 'Look up 3PIDs',
    body: z
      .looseObject({
        addresses: boundedList(z.string(), {
          max: maxLookups,
          description: '3PIDs, in the form that the algorithm requires.',
        }),
        algorithm: text('One of the algorithms in hash_details.', 'sha256'),
        pepper: text('The pepper in hash_details.'),
      })
      .meta({ required: ['addresses', 'algorithm', 'pepper'] }),
    bodySize: 'large',
    replies: {
      200: {
        description: 'The bindings',
        schema: z.object({
          mappings: textRecord('Matrix user IDs, by 3PID in the form in which it was sent.'),
        }),
      },
    },
    errors: errorShapes([
      ...version2.entryKinds,
      ...inputKinds,
      'too_many',
      'identity:algorithm_unknown',
      'identity:pepper_wrong',
      'identity:too_many_addresses',
      'identity:lookup_address_malformed',
      'identity:rate_limited',
      ...anyKinds,
    ]),
  },
  ({ lookup }: { readonly lookup: Pick<Lookup, 'lookUp'> }) => ({
    async handler(request) {
      const { addresses, algorithm, pepper } = request.body;
      const mappings = await lookup.lookUp({ addresses, algorithm, pepper, caller: callerOf(request) });
      return reply(200, { mappings });
    },
  }),
);
