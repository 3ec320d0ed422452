import { z } from 'zod';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Associations } from '../../identity/associations.js';
import { anyKinds, errorShapes, inputKinds } from '../identity/error-shapes.js';
import { callerOf, type Version } from '../identity/version.js';

const pairs = z.array(z.tuple([z.string(), z.string()]));

const body = z.looseObject({
  threepids: z
    .unknown()
    .transform((value, context) => {
      const read = pairs.safeParse(value);
      if (read.success) return read.data;
      context.addIssue({ code: 'custom', message: 'no list of pairs' });
      return z.NEVER;
    })
    .meta({ type: 'array', description: 'Addresses, each as `[medium, address]`.' }),
});

const found = z.object({
  threepids: z
    .array(z.tuple([z.string(), z.string(), z.string()]))
    .meta({ description: 'Those that are published, each as `[medium, address, mxid]`.' }),
});

/** POST /bulk_lookup */
export function bulkLookup(
  { access, entryKinds, inputFrom }: Version,
  associations: Pick<Associations, 'findMany'>,
): Endpoint {
  return endpoint({
    name: 'bulk_lookup',
    operationId: 'lookupUsers',
    method: 'POST',
    path: '/bulk_lookup',
    params: {},
    access,
    summary: 'Ask whose many addresses are',
    body: body.meta({ required: ['threepids'] }),
    bodyFrom: inputFrom,
    replies: { 200: { description: 'What is published', schema: found } },
    errors: errorShapes([
      ...entryKinds,
      ...inputKinds,
      'wrong_value',
      'identity:too_many_addresses',
      'identity:rate_limited',
      ...anyKinds,
    ]),
    async handler(request) {
      const asked = request.body.threepids.map(([medium, address]) => ({ medium, address }));
      const published = await associations.findMany(asked, callerOf(request));
      const threepids = published.map(({ medium, address, mxid }): [string, string, string] => [medium, address, mxid]);
      return reply(200, { threepids });
    },
  });
}
