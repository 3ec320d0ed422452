import { endpoint, type Endpoint, type PathParameter } from '../../http/endpoint.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure } from './failure.js';

const subject: PathParameter = { description: 'What it would be about.', pattern: '.+' };

const paths = [
  { name: 'create_dm', path: '/create_dm/{subject}', summary: 'Start a chat with somebody' },
  { name: 'create_group', path: '/create_group/{subject}', summary: 'Make a group' },
  { name: 'backfill', path: '/backfill/{subject}', summary: 'Fetch what was said before' },
] as const;

/** What makes something of Matrix rooms, and is answered with the word that there is no bridge. */
export function needingBridge(deps: EndpointDeps): readonly Endpoint[] {
  return paths.map(({ name, path, summary }) =>
    endpoint({
      name,
      method: 'POST',
      path,
      params: { subject },
      query: { user_id: userIdParameter },
      access: 'authenticated',
      summary: `${summary}: there is no bridge for it`,
      replies: {},
      errors: errorShapes('no_bridge'),
      async handler(request) {
        readCaller(request, deps);
        throw new VersionFailure({ kind: 'no_bridge_attached' });
      },
    }),
  );
}
