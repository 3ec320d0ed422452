import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { SessionTransfers } from '../../sessions/transfers.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';

const query = { user_id: userIdParameter };
// The original treats a missing ID as an unknown one.
const remoteId = z.string().default('').meta({ description: 'The ID of the login: its `user_login_id`.' });
const body = z.looseObject({ remote_id: remoteId });

/** The session in the format of mautrix-telegram's login flow `manual`. */
const credentials = z.object({
  auth_key: z.string().meta({ description: 'Base64 of 256 bytes.' }),
  dc_id: z.int(),
  server_address: z.string().meta({ description: 'Host and port of the data centre.' }),
});

/** POST /session_transfer/init */
const init = defineEndpoint(
  {
    name: 'session_transfer_init',
    method: 'POST',
    path: '/session_transfer/init',
    params: {},
    query,
    access: 'authenticated',
    summary: 'Export the Telegram session of a login to another program',
    description:
      'Gangway closes its connection first and does not use the session again unless the transfer is ' +
      'cancelled. Until the transfer is finished, repeated requests return the same session. A transfer ' +
      'does not expire. Requires `provisioning.enable_session_transfers`.',
    body,
    replies: { 200: { description: 'The session', schema: z.object({ credentials }) } },
    errors: errorShapes('session_transfer_init'),
  },
  (deps: EndpointDeps, transfers: SessionTransfers) => ({
    async handler(request) {
      const session = await transfers.init(readCaller(request, deps), request.body.remote_id);
      return reply(200, { credentials: credentials.parse(JSON.parse(session.reveal())) });
    },
  }),
);

/** POST /session_transfer/finish */
const finish = defineEndpoint(
  {
    name: 'session_transfer_finish',
    method: 'POST',
    path: '/session_transfer/finish',
    params: {},
    query,
    access: 'authenticated',
    summary: 'Confirm that the session was received',
    description:
      'Gangway deletes its copy of the session. Unlike the original, it does not log out at Telegram, ' +
      'because that would end the session of the new holder too.',
    body,
    replies: { 200: { description: 'The session was exported', schema: z.object({}) } },
    errors: errorShapes('session_transfer_finish'),
  },
  (deps: EndpointDeps, transfers: SessionTransfers) => ({
    async handler(request) {
      await transfers.finish(readCaller(request, deps), request.body.remote_id);
      return reply(200, {});
    },
  }),
);

/** POST /session_transfer/cancel. An extension of the original API. */
const cancel = defineEndpoint(
  {
    name: 'session_transfer_cancel',
    method: 'POST',
    path: '/session_transfer/cancel',
    params: {},
    query,
    access: 'authenticated',
    summary: 'Return the session to Gangway',
    description: 'First close every connection that uses the session. An extension of the original API.',
    body,
    replies: { 200: { description: 'Gangway uses the session again', schema: z.object({}) } },
    errors: errorShapes('session_transfer_cancel'),
  },
  (deps: EndpointDeps, transfers: SessionTransfers) => ({
    async handler(request) {
      await transfers.cancel(readCaller(request, deps), request.body.remote_id);
      return reply(200, {});
    },
  }),
);

/** The operations that transfer sessions to other programs. */
export const sessionTransfer = [init, finish, cancel];
