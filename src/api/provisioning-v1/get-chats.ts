import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { mxidParameter } from './shapes.js';

const chats = z.array(
  z.object({
    id: z.int().meta({ description: 'The chat ID in the format of the Bot API: negative for groups.' }),
    title: z.string(),
  }),
);

/** GET /user/{mxid}/chats */
export const getChats = defineEndpoint(
  {
    name: 'get_chats',
    method: 'GET',
    path: '/user/{mxid}/chats',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'List the chats of the Telegram account',
    replies: { 200: { description: 'The newest chats', schema: chats } },
    errors: errorShapes('get_chats'),
  },
  ({ login }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const found = await login.chats(readOwner(params, principal));
      return reply(
        200,
        found.map(({ id, title }) => ({ id: Number(id), title })),
      );
    },
  }),
);
