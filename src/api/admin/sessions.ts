import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from './errors.js';
import { nextBatch, nextOf, pageQuery, readPage } from './page.js';
import { sessionOnWire, sessionShape } from './shapes.js';
import type { AdminDeps } from './users.js';

const telegramUserParam = { telegram_user_id: { description: 'As in the list.', example: '700020123' } };

/** GET /sessions */
export const listSessions = defineEndpoint(
  {
    name: 'list_sessions',
    operationId: 'listTelegramSessions',
    method: 'GET',
    path: '/sessions',
    params: {},
    query: pageQuery,
    access: 'authenticated',
    summary: 'List the logins to Telegram',
    replies: {
      200: {
        description: 'The logins, in the order of their Telegram user IDs',
        schema: z.object({ sessions: z.array(sessionShape), next_batch: nextBatch }),
      },
    },
    errors: errorShapes(400),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ query }) {
      const found = await administration.listSessions(readPage(query));
      return reply(200, { sessions: found.items.map(sessionOnWire), ...nextOf(found) });
    },
  }),
);

/** GET /sessions/{telegram_user_id} */
export const showSession = defineEndpoint(
  {
    name: 'show_session',
    operationId: 'showTelegramSession',
    method: 'GET',
    path: '/sessions/{telegram_user_id}',
    params: telegramUserParam,
    access: 'authenticated',
    summary: 'Show a login to Telegram',
    replies: { 200: { description: 'The login', schema: sessionShape } },
    errors: errorShapes(400, 404),
  },
  ({ administration }: AdminDeps) => ({
    handler: async ({ params }) => reply(200, sessionOnWire(await administration.findSession(params.telegram_user_id))),
  }),
);

/** POST /sessions/{telegram_user_id}/revoke */
export const revokeSession = defineEndpoint(
  {
    name: 'revoke_session',
    operationId: 'revokeTelegramSession',
    method: 'POST',
    path: '/sessions/{telegram_user_id}/revoke',
    params: telegramUserParam,
    access: 'authenticated',
    summary: 'Log a user out of Telegram',
    description:
      'The login is removed at once. Its session is ended at Telegram within about a minute, or at the bridge; ' +
      'this is repeated until it succeeds. A leased session is ended when the lease is over.',
    body: z.looseObject({
      without_bridge: z
        .boolean()
        .default(false)
        .meta({ description: 'If the bridge is gone for good: do not wait until it has logged out.' }),
    }),
    replies: {
      200: {
        description: 'Removed',
        schema: z.object({
          outcome: z.enum(['ended', 'exported', 'at_bridge']).meta({
            description:
              '`ended`: Gangway ends the session. `exported`: the user must end the exported session in the ' +
              'Telegram app. `at_bridge`: the session may still be in use at the bridge that is gone; the user must ' +
              'end it in the Telegram app.',
          }),
        }),
      },
    },
    errors: errorShapes(400, 404, 413, 415),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ params, body }) {
      const withoutBridge = body.without_bridge;
      const { outcome } = await administration.revokeSession(params.telegram_user_id, { withoutBridge });
      return reply(200, { outcome });
    },
  }),
);
