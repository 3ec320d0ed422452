import type { Surface } from '../http/surface.js';
import { createClientServerV1 } from './client-server-v1/index.js';
import { createClientServerV3, type ClientServerV3Deps } from './client-server-v3/index.js';
import { matrixSurface } from './client-server/matrix-surface.js';

/**
 * Returns everything below /_matrix/client. Other paths return 404 M_UNRECOGNIZED. Without `deps`
 * nothing is served.
 */
export function createClientServerSurfaces(deps: ClientServerV3Deps | undefined): readonly Surface[] {
  const rest = matrixSurface({ name: 'client-server', prefixes: ['/_matrix/client'], endpoints: [] });
  return deps === undefined ? [rest] : [...createClientServerV3(deps), createClientServerV1(deps), rest];
}
