import { z } from 'zod';
import type { Administration, UserView } from '../../admin/administration.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from './errors.js';
import { nextBatch, nextOf, pageQuery, readPage, readQuery, readUser } from './page.js';
import {
  handOverOnWire,
  handOverShape,
  processOnWire,
  processShape,
  sessionOnWire,
  sessionShape,
  threepidOnWire,
  threepidShape,
} from './shapes.js';

/** What the endpoints are made of. */
export interface AdminDeps {
  readonly administration: Administration;
}

const userParam = { user_id: { description: 'The Matrix ID.', example: '@alice:example.com' } };
const epochMs = z.int().meta({ description: 'Milliseconds since 1970.' });

/** GET /users */
export const listUsers = defineEndpoint(
  {
    name: 'list_users',
    operationId: 'listUsers',
    method: 'GET',
    path: '/users',
    params: {},
    query: {
      ...pageQuery,
      search: { description: 'Return only users whose Matrix ID contains this text, in any case.', example: 'alice' },
      telegram_user_id: { description: 'Return only the user that is logged in as this Telegram user.' },
    },
    access: 'authenticated',
    summary: 'List and search users',
    description: 'Users with a Matrix account, a Telegram login, a login process, a hand-over, a lease, or a 3PID.',
    replies: {
      200: {
        description: 'The users, in the order of their Matrix IDs',
        schema: z.object({ users: z.array(z.object({ user_id: z.string() })), next_batch: nextBatch }),
      },
    },
    errors: errorShapes(400),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ query }) {
      const search = readQuery('search', query.search);
      const telegramUserId = readQuery('telegram_user_id', query.telegram_user_id);
      const found = await administration.listUsers({ ...readPage(query), search, telegramUserId });
      return reply(200, { users: found.items.map((mxid) => ({ user_id: mxid })), ...nextOf(found) });
    },
  }),
);

/** GET /users/{user_id} */
export const showUser = defineEndpoint(
  {
    name: 'show_user',
    operationId: 'showUser',
    method: 'GET',
    path: '/users/{user_id}',
    params: userParam,
    access: 'authenticated',
    summary: 'Show what is stored about a user',
    replies: {
      200: {
        description: 'The user',
        schema: z.object({
          user_id: z.string(),
          account: z
            .object({ created_at: epochMs, deactivated_at: epochMs.nullable() })
            .nullable()
            .meta({ description: 'Null if the Matrix account is on the homeserver.' }),
          devices: z.array(
            z.object({ device_id: z.string(), display_name: z.string().nullable(), created_at: epochMs }),
          ),
          sessions: z.array(sessionShape),
          processes: z.array(processShape),
          hand_overs: z.array(handOverShape),
          threepids: z.array(threepidShape),
        }),
      },
    },
    errors: errorShapes(400, 404),
  },
  ({ administration }: AdminDeps) => ({
    handler: async ({ params }) => reply(200, userOnWire(await administration.findUser(readUser(params.user_id)))),
  }),
);

function userOnWire({ mxid, account, devices, sessions, processes, handOvers, threepids }: UserView) {
  return {
    user_id: mxid,
    account: account ? { created_at: account.createdAt, deactivated_at: account.deactivatedAt ?? null } : null,
    devices: devices.map(({ deviceId, displayName, createdAt }) => ({
      device_id: deviceId,
      display_name: displayName ?? null,
      created_at: createdAt,
    })),
    sessions: sessions.map(sessionOnWire),
    processes: processes.map(processOnWire),
    hand_overs: handOvers.map(handOverOnWire),
    threepids: threepids.map(threepidOnWire),
  };
}

/** GET /users/{user_id}/threepids */
export const listThreepids = defineEndpoint(
  {
    name: 'list_threepids',
    operationId: 'listThreepids',
    method: 'GET',
    path: '/users/{user_id}/threepids',
    params: userParam,
    access: 'authenticated',
    summary: 'List the 3PIDs of a user',
    replies: {
      200: { description: 'The 3PIDs, oldest first', schema: z.object({ threepids: z.array(threepidShape) }) },
    },
    errors: errorShapes(400, 404),
  },
  ({ administration }: AdminDeps) => ({
    async handler({ params }) {
      const threepids = await administration.listThreepids(readUser(params.user_id));
      return reply(200, { threepids: threepids.map(threepidOnWire) });
    },
  }),
);

/** POST /users/{user_id}/deactivate */
export const deactivateUser = defineEndpoint(
  {
    name: 'deactivate_user',
    operationId: 'deactivateUser',
    method: 'POST',
    path: '/users/{user_id}/deactivate',
    params: userParam,
    access: 'authenticated',
    summary: 'Deactivate a user for good',
    description:
      'Deactivates the Matrix account if it is one of Gangway. Logs the user out of Telegram, removes 3PIDs and ' +
      'bindings, and revokes tokens. A user whose account is on the homeserver can log in to Telegram again unless ' +
      'bridge.permissions is changed. Can be repeated.',
    replies: {
      200: {
        description: 'Deactivated',
        schema: z.object({
          account: z.enum(['deactivated', 'not_here']).meta({
            description: '`not_here`: the Matrix account is on the homeserver. Deactivate it there.',
          }),
          sessions: z.int().meta({ description: 'The number of logins to Telegram that are ended.' }),
        }),
      },
    },
    errors: errorShapes(400, 404),
  },
  ({ administration }: AdminDeps) => ({
    handler: async ({ params }) => reply(200, await administration.deactivate(readUser(params.user_id))),
  }),
);
