import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { flows, flowShape } from './flows.js';

const query = { user_id: userIdParameter };

const groupField = z
  .object({
    allowed: z.boolean(),
    required: z.boolean().optional(),
    min_length: z.int().optional(),
    max_length: z.int().optional(),
  })
  .meta({ title: 'GroupField' });
const groupType = z.object({
  type_description: z.string(),
  name: groupField,
  username: groupField,
  avatar: groupField,
  topic: groupField,
  disappear: groupField,
  participants: groupField,
  parent: groupField,
});

const no = { allowed: false };
/** The values of mautrix-telegram. */
const groupTypes = {
  group: {
    type_description: 'a normal group',
    name: { allowed: true, required: true, max_length: 255 },
    username: no,
    avatar: no,
    topic: no,
    disappear: no,
    participants: { allowed: true, required: true, min_length: 1, max_length: 200 },
    parent: no,
  },
};

const capabilitiesShape = z.object({
  resolve_identifier: z.object({
    create_dm: z.boolean(),
    lookup_phone: z.boolean(),
    lookup_email: z.boolean(),
    lookup_username: z.boolean(),
    search: z.boolean(),
    contact_list: z.boolean(),
  }),
  group_creation: z.record(z.string(), groupType).meta({ description: 'The types of groups that can be created.' }),
  image_pack_import: z.boolean(),
});

/** GET /capabilities */
export const capabilities = defineEndpoint(
  {
    name: 'capabilities',
    method: 'GET',
    path: '/capabilities',
    params: {},
    query,
    access: 'authenticated',
    summary: 'Get the capabilities of the bridge',
    replies: { 200: { description: 'The capabilities', schema: capabilitiesShape } },
    errors: errorShapes('capabilities'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      readCaller(request, deps);
      const hasBridge = deps.handOver !== undefined;
      return reply(200, {
        resolve_identifier: {
          create_dm: hasBridge,
          lookup_phone: true,
          lookup_email: false,
          lookup_username: true,
          search: true,
          contact_list: true,
        },
        group_creation: hasBridge ? groupTypes : {},
        image_pack_import: hasBridge,
      });
    },
  }),
);

/** GET /login/flows */
export const loginFlows = defineEndpoint(
  {
    name: 'login_flows',
    method: 'GET',
    path: '/login/flows',
    params: {},
    query,
    access: 'authenticated',
    summary: 'List the login flows',
    replies: { 200: { description: 'The login flows', schema: z.object({ flows: z.array(flowShape) }) } },
    errors: errorShapes('login_flows'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      readCaller(request, deps);
      return reply(200, { flows: flows });
    },
  }),
);
