import { z } from 'zod';
import { AccountFailure } from '../../accounts/failure.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from '../client-server/error-shapes.js';

const holder = z.object({
  user_id: z.string().meta({ description: 'The Matrix ID that owns the access token.' }),
  device_id: z.string().optional().meta({ description: 'The device of the access token.' }),
  is_guest: z.boolean().meta({ description: 'Always false: guests are not supported.' }),
});

/** GET /account/whoami */
export const whoAmI = defineEndpoint(
  {
    name: 'who_am_i',
    operationId: 'getTokenOwner',
    method: 'GET',
    path: '/account/whoami',
    params: {},
    access: 'authenticated',
    summary: 'Get the owner of the access token',
    replies: { 200: { description: 'The owner', schema: holder } },
    errors: errorShapes(['unauthorized', 'token_unknown', 'defect']),
  },
  () => ({
    handler({ principal }) {
      if (principal.kind !== 'user') return Promise.reject(new AccountFailure({ kind: 'token_missing' }));
      const { mxid, deviceId } = principal;
      return Promise.resolve(
        reply(200, { user_id: mxid, ...(deviceId === undefined ? {} : { device_id: deviceId }), is_guest: false }),
      );
    },
  }),
);
