import { endpoint, type Endpoint, type PathParameter } from '../../http/endpoint.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure } from './failure.js';

const subject: PathParameter = { description: 'What it would be about.', pattern: '.+' };

/** POST /backfill/{room}, which is not passed to the bridge. */
export function backfill(deps: EndpointDeps): Endpoint {
  return endpoint({
    name: 'backfill',
    method: 'POST',
    path: '/backfill/{subject}',
    params: { subject },
    query: { user_id: userIdParameter },
    access: 'authenticated',
    summary: 'Fetch what was said before: there is no bridge for it',
    replies: {},
    errors: errorShapes('backfill'),
    async handler(request) {
      readCaller(request, deps);
      throw new VersionFailure({ kind: 'no_bridge_attached' });
    },
  });
}
