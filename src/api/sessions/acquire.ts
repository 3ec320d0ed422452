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
      'Gangway closes its own connection first, and does not use the session until the lease is over. Never log out with a leased session.',
    body: z.looseObject({
      telegram_user_id: z.string().meta({ example: '700020123' }),
      format: z.enum(sessionFormats).meta({ description: 'The library that will continue the session.' }),
      lifetime_seconds: lifetime,
      request_id: z.string().min(1).max(200).optional().meta({
        description:
          'A random text. If the answer is lost, the same request returns the same lease again, while that lasts.',
      }),
    }),
    replies: {
      200: {
        description: 'The lease, and the session',
        schema: z.object({
          ...leaseMembers,
          telegram_user_id: z.string(),
          user_id: z.string().meta({ description: 'The Matrix ID of the user who is logged in.' }),
          format: z.enum(sessionFormats),
          session: z.string().meta({ description: 'The session in that format. A program that has it is logged in.' }),
        }),
      },
    },
    errors: errorShapes(400, 403, 404, 409, 413, 415),
  },
  ({ leases, consumers }: SessionDeps) => ({
    async handler({ principal, body }) {
      const lease = await leases.acquire(consumerOf(principal, consumers), {
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
