import type { Surface } from '../../http/surface.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { matrixSurface } from '../client-server/matrix-surface.js';
import { logInV1 } from './log-in.js';
import { loginFlowsV1 } from './login-flows.js';

/** Returns the login of version 1 of the client-server API, for clients of 2014 to 2016. */
export function createClientServerV1(deps: LoginDeps): Surface {
  return matrixSurface({
    name: 'client-server-v1',
    prefixes: ['/_matrix/client/api/v1'],
    endpoints: [loginFlowsV1.serve(deps), logInV1.serve(deps)],
  });
}
