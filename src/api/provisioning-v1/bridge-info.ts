import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from './error-shapes.js';

const bridgeInfo = z.object({
  relaybot_username: z.null().meta({ description: 'Always null: without a bridge there is no relay bot.' }),
});

/** GET /bridge, public as in the original. */
export const bridgeInfoEndpoint = defineEndpoint(
  {
    name: 'bridge_info',
    method: 'GET',
    path: '/bridge',
    params: {},
    access: 'public',
    summary: 'Get information about the bridge',
    replies: { 200: { description: 'The bridge', schema: bridgeInfo } },
    errors: errorShapes('bridge_info'),
  },
  () => ({
    handler: () => Promise.resolve(reply(200, { relaybot_username: null })),
  }),
);
