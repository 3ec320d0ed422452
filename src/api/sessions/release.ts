import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { consumerOf, type SessionDeps } from './deps.js';
import { errorShapes } from './errors.js';

/** POST /sessions/release */
export const releaseLease = defineEndpoint(
  {
    name: 'release_lease',
    operationId: 'releaseLease',
    method: 'POST',
    path: '/release',
    params: {},
    access: 'authenticated',
    summary: 'Give a session back before its lease expires',
    description: 'Close the connection to Telegram first: Gangway can use the session immediately.',
    body: z.looseObject({ lease_id: z.string() }),
    replies: { 200: { description: 'Released', schema: z.object({}) } },
    errors: errorShapes(400, 409, 413, 415),
  },
  ({ leases, listConsumers }: SessionDeps) => ({
    async handler({ principal, body }) {
      await leases.release(consumerOf(principal, listConsumers), body.lease_id);
      return reply(200, {});
    },
  }),
);
