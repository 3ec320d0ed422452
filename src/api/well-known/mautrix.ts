import { z } from 'zod';
import { allowAnonymous } from '../../http/bearer-auth.js';
import { endpoint } from '../../http/endpoint.js';
import { plainProblemReply } from '../../http/plain-problems.js';
import { reply } from '../../http/reply.js';
import { type Api, defineApi } from '../../http/api.js';

const bridgeList = z.object({
  'fi.mau.bridges': z.array(z.string()).meta({ description: 'Base URLs. Append `/_matrix/provision` to them.' }),
});

/**
 * Returns GET /.well-known/matrix/mautrix, from which mautrix-manager reads the bridges of a
 * server. `bridges` are their base URLs.
 */
export function createMautrixWellKnown(bridges: readonly string[]): Api {
  const body: z.input<typeof bridgeList> = { 'fi.mau.bridges': [...bridges] };
  return defineApi({
    name: 'well-known',
    prefixes: ['/.well-known/matrix'],
    authenticate: allowAnonymous,
    accessLevel: 'debug',
    crossOrigin: true,
    lenient: true,
    problem: plainProblemReply,
    failure: () => undefined,
    endpoints: [
      endpoint({
        name: 'mautrix',
        method: 'GET',
        path: '/mautrix',
        params: {},
        access: 'public',
        summary: 'The bridges of the server',
        replies: { 200: { description: 'Their base URLs', schema: bridgeList } },
        errors: {},
        handler: () => Promise.resolve(reply(200, body)),
      }),
    ],
  });
}
