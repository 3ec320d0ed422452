import { z } from 'zod';
import { allowAnonymous } from '../../http/bearer-auth.js';
import { endpoint } from '../../http/endpoint.js';
import { plainProblemReply } from '../../http/plain-problems.js';
import { reply } from '../../http/reply.js';
import { surface, type Surface } from '../../http/surface.js';

const bridgeList = z.object({
  'fi.mau.bridges': z.array(z.string()).meta({ description: 'Base URLs, below which /_matrix/provision is.' }),
});

/**
 * GET /.well-known/matrix/mautrix, where mautrix-manager looks for the bridges of a server; they
 * are the base URLs.
 */
export function createMautrixWellKnown(bridges: readonly string[]): Surface {
  const body: z.input<typeof bridgeList> = { 'fi.mau.bridges': [...bridges] };
  return surface({
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
        replies: { 200: { description: 'Where they are', schema: bridgeList } },
        errors: {},
        handler: () => Promise.resolve(reply(200, body)),
      }),
    ],
  });
}
