import { z } from 'zod';
import { clientNetwork } from '../../http/client-ip.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { flowKinds } from '../client-server/operation-errors.js';

const flow = z.looseObject({
  type: z.string().meta({ description: 'The login type, for the `type` of a login', examples: ['m.login.password'] }),
  get_login_token: member(
    'boolean',
    'With `m.login.token`: whether POST /_matrix/client/v1/login/get_token creates such tokens.',
  ),
});

/** GET /login */
export const loginFlows = defineEndpoint(
  {
    name: 'login_flows',
    operationId: 'getLoginFlows',
    method: 'GET',
    path: '/login',
    params: {},
    access: 'public',
    summary: 'Get the available login types',
    replies: { 200: { description: 'The login types', schema: z.object({ flows: z.array(flow) }) } },
    errors: errorShapes(flowKinds),
    otherErrors: homeserverErrors,
  },
  ({ authority, limits }: LoginDeps) => ({
    async handler({ clientAddress }) {
      limits.admitQuestion(clientNetwork(clientAddress));
      const flows = [...(await authority.loginFlows(clientAddress))];
      return reply(200, { flows });
    },
  }),
);
