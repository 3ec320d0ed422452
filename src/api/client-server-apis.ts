import type { Api } from '../http/api.js';
import { createClientServerV1 } from './client-server-v1/index.js';
import { createClientServerV3, type ClientServerV3Deps } from './client-server-v3/index.js';
import { defineMatrixApi } from './client-server/matrix-api.js';

/**
 * Returns everything below /_matrix/client. Other paths return 404 M_UNRECOGNIZED. Without `deps`
 * nothing is served.
 */
export function createClientServerApis(deps: ClientServerV3Deps | undefined): readonly Api[] {
  const rest = defineMatrixApi({ name: 'client-server', prefixes: ['/_matrix/client'], endpoints: [] });
  return deps === undefined ? [rest] : [...createClientServerV3(deps), createClientServerV1(deps), rest];
}
