import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { sessionFormats } from '../../sessions/consumer.js';
import { consumerOf, type SessionDeps } from './deps.js';
import { errorShapes } from './errors.js';
import { leaseMembers, leaseOnWire, lifetime, lifetimeMs } from './shapes.js';

/** POST /sessions/acquire */
export const acquireSession = defineEndpoint(
  {
    name: 'acquire_session',
    operationId: 'acquireSession',
    method: 'POST',
    path: '/acquire',
    params: {},
    access: 'authenticated',
    summary: 'Lease a session, exclusively',
    description:
      'Gangway closes its own connection first and does not use the session until the lease has ended. Do ' +
      'not log out with a leased session.',
    body: z.looseObject({
      telegram_user_id: z.string().meta({ example: '700020123' }),
      format: z.enum(sessionFormats).meta({ description: 'The library that will use the session.' }),
      lifetime_seconds: lifetime,
      request_id: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .meta({
          description:
            'A random text. If the response was lost, a repeated request with this ID returns the same lease ' +
            'until it expires.',
        }),
    }),
    replies: {
      200: {
        description: 'The lease and the session',
        schema: z.object({
          ...leaseMembers,
          telegram_user_id: z.string(),
          user_id: z.string().meta({ description: 'The Matrix ID of the logged-in user.' }),
          format: z.enum(sessionFormats),
          session: z
            .string()
            .meta({ description: 'The session in the requested format. It grants access to the Telegram account.' }),
        }),
      },
    },
    errors: errorShapes(400, 403, 404, 409, 413, 415),
  },
  ({ leases, listConsumers }: SessionDeps) => ({
    async handler({ principal, body }) {
      const lease = await leases.acquire(consumerOf(principal, listConsumers), {
        telegramUserId: body.telegram_user_id,
        format: body.format,
        lifetimeMs: lifetimeMs(body.lifetime_seconds),
        requestId: body.request_id,
      });
      return reply(200, {
        ...leaseOnWire(lease),
        telegram_user_id: lease.user.id,
        user_id: lease.owner,
        format: body.format,
        session: lease.session.reveal(),
      });
    },
  }),
);
