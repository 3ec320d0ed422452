import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from './errors.js';
import { nextBatch, nextOf, pageQuery, readPage } from './page.js';
import { handOverOnWire, handOverShape, processOnWire, processShape } from './shapes.js';
import type { AdminDeps } from './users.js';

/** GET /processes */
export const listProcesses = defineEndpoint(
  {
    name: 'list_processes',
    operationId: 'listLoginProcesses',
    method: 'GET',
    path: '/processes',
    params: {},
    query: pageQuery,
    access: 'authenticated',
    summary: 'List the login processes',
    replies: {
      200: {
        description: 'The login processes, in the order of their IDs. A page may have fewer than `limit`.',
        schema: z.object({ processes: z.array(processShape), next_batch: nextBatch }),
      },
    },
    errors: errorShapes(400),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ query }) {
      const found = await administration.listProcesses(readPage(query));
      return reply(200, { processes: found.items.map(processOnWire), ...nextOf(found) });
    },
  }),
);

/** POST /processes/{login_id}/cancel */
export const cancelProcess = defineEndpoint(
  {
    name: 'cancel_process',
    operationId: 'cancelLoginProcess',
    method: 'POST',
    path: '/processes/{login_id}/cancel',
    params: { login_id: { description: 'As in the list.' } },
    access: 'authenticated',
    summary: 'Cancel a login process',
    replies: { 200: { description: 'Cancelled', schema: z.object({}) } },
    errors: errorShapes(400, 404),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ params }) {
      await administration.cancelProcess(params.login_id);
      return reply(200, {});
    },
  }),
);

/** GET /hand_overs */
export const listHandOvers = defineEndpoint(
  {
    name: 'list_hand_overs',
    operationId: 'listHandOvers',
    method: 'GET',
    path: '/hand_overs',
    params: {},
    query: pageQuery,
    access: 'authenticated',
    summary: 'List the hand-overs to the bridge',
    replies: {
      200: {
        description: 'The hand-overs that wait or were refused, and the logouts that the bridge has yet to confirm',
        schema: z.object({ hand_overs: z.array(handOverShape), next_batch: nextBatch }),
      },
    },
    errors: errorShapes(400),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ query }) {
      const found = await administration.listHandOvers(readPage(query));
      return reply(200, { hand_overs: found.items.map(handOverOnWire), ...nextOf(found) });
    },
  }),
);

/** POST /hand_overs/{telegram_user_id}/retry */
export const retryHandOver = defineEndpoint(
  {
    name: 'retry_hand_over',
    operationId: 'retryHandOver',
    method: 'POST',
    path: '/hand_overs/{telegram_user_id}/retry',
    params: { telegram_user_id: { description: 'As in the list.', example: '700020123' } },
    access: 'authenticated',
    summary: 'Try a hand-over again now, also one that the bridge has refused',
    replies: { 200: { description: 'The bridge is asked within 10 seconds', schema: z.object({}) } },
    errors: errorShapes(400, 404, 409),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ params }) {
      await administration.retryHandOver(params.telegram_user_id);
      return reply(200, {});
    },
  }),
);
