import { z } from 'zod';
import { defineEndpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { SessionTransfers } from '../../sessions/transfers.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';

const query = { user_id: userIdParameter };
// The original takes a missing ID for an unknown one.
const remoteId = z.string().default('').meta({ description: 'The ID of the login: its `user_login_id`.' });
const body = z.looseObject({ remote_id: remoteId });

/** The session in the form that mautrix-telegram takes in its login flow `manual`. */
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
    summary: 'Get the Telegram session of a login, to continue it in another program',
    description:
      'Gangway closes its connection first, and does not use the session again unless the transfer is cancelled. May be repeated until it is ' +
      'finished: the answer is the same session. A transfer does not expire. Only with `provisioning.enable_session_transfers`.',
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
    summary: 'Confirm that the session has arrived',
    description:
      'Gangway deletes its copy of the session. Unlike the original, it does not log out at Telegram: the new holder would be logged out too.',
    body,
    replies: { 200: { description: 'The session is given away', schema: z.object({}) } },
    errors: errorShapes('session_transfer_finish'),
  },
  (deps: EndpointDeps, transfers: SessionTransfers) => ({
    async handler(request) {
      await transfers.finish(readCaller(request, deps), request.body.remote_id);
      return reply(200, {});
    },
  }),
);

/** POST /session_transfer/cancel, which is not the original's. */
const cancel = defineEndpoint(
  {
    name: 'session_transfer_cancel',
    method: 'POST',
    path: '/session_transfer/cancel',
    params: {},
    query,
    access: 'authenticated',
    summary: 'Return the session to Gangway',
    description: 'Close every connection that uses the session first. The original has nothing like it.',
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

/** The transfer of sessions to other programs. */
export function sessionTransfer(deps: EndpointDeps, transfers: SessionTransfers): readonly Endpoint[] {
  return [init.serve(deps, transfers), finish.serve(deps, transfers), cancel.serve(deps, transfers)];
}
