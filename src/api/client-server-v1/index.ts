import type { Api } from '../../http/api.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { defineMatrixApi } from '../client-server/matrix-api.js';
import { logInV1 } from './log-in.js';
import { loginFlowsV1 } from './login-flows.js';

/** The prefixes and operations of version 1. */
export const clientServerV1 = {
  prefixes: ['/_matrix/client/api/v1'],
  endpoints: [loginFlowsV1, logInV1],
} as const;

/** Returns the login of version 1 of the client-server API, for clients of 2014 to 2016. */
export function createClientServerV1(deps: LoginDeps): Api {
  return defineMatrixApi({
    name: 'client-server-v1',
    prefixes: clientServerV1.prefixes,
    endpoints: clientServerV1.endpoints.map((operation) => operation.serve(deps)),
  });
}
