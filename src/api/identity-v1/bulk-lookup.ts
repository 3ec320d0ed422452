import { z } from 'zod';
import { boundedList } from '../../http/bounded-list.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Associations } from '../../identity/associations.js';
import { anyKinds, errorShapes, inputKinds } from '../identity/error-shapes.js';
import { maxLookups } from '../identity/input.js';
import { callerOf, type Version } from '../identity/version.js';

const body = z.looseObject({
  threepids: boundedList(z.tuple([z.string(), z.string()]), {
    max: maxLookups,
    description: '3PIDs, each as `[medium, address]`.',
    isOneValue: true,
  }),
});

const found = z.object({
  threepids: z
    .array(z.tuple([z.string(), z.string(), z.string()]))
    .meta({ description: 'The bound 3PIDs, each as `[medium, address, mxid]`.' }),
});

/** POST /bulk_lookup */
export function bulkLookup({ access, entryKinds, inputFrom }: Version) {
  return defineEndpoint(
    {
      name: 'bulk_lookup',
      operationId: 'lookupUsers',
      method: 'POST',
      path: '/bulk_lookup',
      params: {},
      access,
      summary: 'Look up many 3PIDs',
      body: body.meta({ required: ['threepids'] }),
      bodyFrom: inputFrom,
      bodySize: 'large',
      replies: { 200: { description: 'The bindings that exist', schema: found } },
      errors: errorShapes([
        ...entryKinds,
        ...inputKinds,
        'wrong_value',
        'too_many',
        'identity:too_many_addresses',
        'identity:rate_limited',
        ...anyKinds,
      ]),
    },
    ({ associations }: { readonly associations: Pick<Associations, 'findMany'> }) => ({
      async handler(request) {
        const asked = request.body.threepids.map(([medium, address]) => ({ medium, address }));
        const published = await associations.findMany(asked, callerOf(request));
        const threepids = published.map(({ medium, address, mxid }): [string, string, string] => [
          medium,
          address,
          mxid,
        ]);
        return reply(200, { threepids });
      },
    }),
  );
}
