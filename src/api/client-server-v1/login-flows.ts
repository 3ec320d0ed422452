import { z } from 'zod';
import { clientNetwork } from '../../http/client-ip.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { flowKinds } from '../client-server/operation-errors.js';

/**
 * Returns GET /login of version 1, which is missing in its specification and used by its clients.
 */
export const loginFlowsV1 = defineEndpoint(
  {
    name: 'login_flows',
    operationId: 'getLoginFlows',
    method: 'GET',
    path: '/login',
    params: {},
    access: 'public',
    summary: 'Get the available login types',
    replies: {
      200: {
        description: 'The login types',
        schema: z.object({ flows: z.array(z.looseObject({ type: z.string() })) }),
      },
    },
    errors: errorShapes(flowKinds),
    otherErrors: homeserverErrors,
  },
  ({ authority, limits }: LoginDeps) => ({
    async handler({ clientAddress }) {
      limits.admitQuestion(clientNetwork(clientAddress));
      const flows = await authority.loginFlows(clientAddress);
      // This version has no endpoint that creates login tokens.
      return reply(200, { flows: flows.map(({ get_login_token: _makesTokens, ...flow }) => flow) });
    },
  }),
);
