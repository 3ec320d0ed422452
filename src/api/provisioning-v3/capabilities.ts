import { z } from 'zod';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { flows, flowShape } from './flows.js';

const query = { user_id: userIdParameter };

const capabilitiesShape = z.object({
  resolve_identifier: z.object({
    create_dm: z.boolean(),
    lookup_phone: z.boolean(),
    lookup_email: z.boolean(),
    lookup_username: z.boolean(),
    search: z.boolean(),
    contact_list: z.boolean(),
  }),
  group_creation: z.object({}),
  image_pack_import: z.boolean(),
});

/** GET /capabilities */
export function capabilities(deps: EndpointDeps): Endpoint {
  return endpoint({
    name: 'capabilities',
    method: 'GET',
    path: '/capabilities',
    params: {},
    query,
    access: 'authenticated',
    summary: 'What can be done here besides logging in',
    replies: { 200: { description: 'What can be done', schema: capabilitiesShape } },
    errors: errorShapes('capabilities'),
    async handler(request) {
      readCaller(request, deps);
      return reply(200, {
        resolve_identifier: {
          create_dm: false,
          lookup_phone: true,
          lookup_email: false,
          lookup_username: true,
          search: true,
          contact_list: true,
        },
        group_creation: {},
        image_pack_import: false,
      });
    },
  });
}

/** GET /login/flows */
export function loginFlows(deps: EndpointDeps): Endpoint {
  return endpoint({
    name: 'login_flows',
    method: 'GET',
    path: '/login/flows',
    params: {},
    query,
    access: 'authenticated',
    summary: 'The ways to log in',
    replies: { 200: { description: 'The ways', schema: z.object({ flows: z.array(flowShape) }) } },
    errors: errorShapes('login_flows'),
    async handler(request) {
      readCaller(request, deps);
      return reply(200, { flows: flows });
    },
  });
}
