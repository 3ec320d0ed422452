import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { consumerOf, type SessionDeps } from './deps.js';
import { errorShapes } from './errors.js';
import { leaseMembers, leaseOnWire, lifetime, lifetimeMs } from './shapes.js';

/** POST /sessions/renew */
export const renewLease = defineEndpoint(
  {
    name: 'renew_lease',
    operationId: 'renewLease',
    method: 'POST',
    path: '/renew',
    params: {},
    access: 'authenticated',
    summary: 'Extend a lease that has not expired',
    body: z.looseObject({ lease_id: z.string(), lifetime_seconds: lifetime }),
    replies: { 200: { description: 'The lease with its new expiry', schema: z.object(leaseMembers) } },
    errors: errorShapes(400, 409, 413, 415),
  },
  ({ leases, listConsumers }: SessionDeps) => ({
    async handler({ principal, body }) {
      const seconds = body.lifetime_seconds;
      const lease = await leases.renew(consumerOf(principal, listConsumers), body.lease_id, lifetimeMs(seconds));
      return reply(200, leaseOnWire(lease));
    },
  }),
);
