import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { ListedSession } from '../../sessions/leases.js';
import { consumerOf, type SessionDeps } from './deps.js';
import { errorShapes } from './errors.js';

const session = z.object({
  telegram_user_id: z.string().meta({ example: '700020123' }),
  user_id: z.string().meta({ description: 'The Matrix ID of the logged-in user.', example: '@alice:example.com' }),
  username: z.string().nullable(),
  name: z.string().nullable().meta({ description: 'First and last name of the Telegram account.' }),
  is_bot: z.boolean(),
  held_by: z
    .enum(['gangway', 'hand_over', 'bridge', 'lease', 'export'])
    .meta({ description: 'Who holds the session. Only sessions held by `gangway` can be acquired.' }),
  logged_in_at: z.int().meta({ description: 'Milliseconds since 1970.' }),
  lease: z
    .object({ consumer: z.string(), fencing: z.int(), expires_at: z.int() })
    .optional()
    .meta({ description: 'Present if the session is leased.' }),
});

/** GET /sessions */
export const listSessions = defineEndpoint(
  {
    name: 'list_sessions',
    operationId: 'listSessions',
    method: 'GET',
    path: '',
    params: {},
    query: { user_id: { description: 'Return only sessions of this Matrix user.', example: '@alice:example.com' } },
    access: 'authenticated',
    summary: 'List the sessions of the users for whom the consumer may act',
    replies: { 200: { description: 'The sessions, oldest first', schema: z.object({ sessions: z.array(session) }) } },
    errors: errorShapes(),
  },
  ({ leases, listConsumers }: SessionDeps) => ({
    async handler({ principal, query }) {
      const listed = await leases.list(consumerOf(principal, listConsumers), query.user_id);
      return reply(200, { sessions: listed.map(onWire) });
    },
  }),
);

function onWire({ owner, user, heldBy, since, lease }: ListedSession) {
  const name = [user.firstName, user.lastName].filter((part) => part !== null).join(' ');
  return {
    telegram_user_id: user.id,
    user_id: owner,
    username: user.username,
    name: name === '' ? null : name,
    is_bot: user.isBot,
    held_by: heldBy,
    logged_in_at: since,
    ...(lease === undefined
      ? {}
      : { lease: { consumer: lease.consumer, fencing: lease.fencing, expires_at: lease.expiresAt } }),
  };
}
