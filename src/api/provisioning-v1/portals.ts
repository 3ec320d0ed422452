import type { Mxid } from '../../base/mxid.js';
import { defineEndpoint, type PathParameter } from '../../http/endpoint.js';
import { LoginFailure } from '../../login/failure.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionOneFailure, type VersionFailureDetails } from './failure.js';

type Kind = VersionFailureDetails['kind'];

const room: PathParameter = { description: 'A Matrix room ID, raw or percent-encoded.', example: '!room:example.com' };

function declare(
  name: 'get_portal' | 'connect_portal' | 'create_portal' | 'disconnect_portal',
  { kind, ...rest }: { method: 'GET' | 'POST'; path: string; summary: string; kind: Kind },
) {
  return defineEndpoint(
    {
      ...rest,
      name,
      params: { room, ...(rest.path.includes('{chat}') ? { chat: { description: 'A Telegram chat ID.' } } : {}) },
      query: { user_id: { description: 'The Matrix user who sends the request.' } },
      access: 'authenticated',
      replies: {},
      errors: errorShapes(name),
    },
    ({ permissions }: EndpointDeps) => {
      const permit = (mxid: Mxid) => {
        if (!permissions.mayLogIn(mxid)) throw new LoginFailure({ kind: 'not_permitted' });
      };
      return {
        async handler({ query, principal }) {
          // Clients of all kinds send the user here, but not all of them do.
          if (query.user_id !== undefined) permit(readOwner({ mxid: query.user_id }, principal));
          if (principal.kind === 'user') permit(principal.mxid);
          throw new VersionOneFailure({ kind });
        },
      };
    },
  );
}

/**
 * The operations on bridged rooms and chats. They answer an integration manager that nothing is
 * bridged.
 */
export const portals = [
  declare('get_portal', {
    method: 'GET',
    path: '/portal/{room}',
    summary: 'Get the chat bridged to a room, or the room bridged to a chat (a negative number): always not found',
    kind: 'portal_not_found',
  }),
  declare('connect_portal', {
    method: 'POST',
    path: '/portal/{room}/connect/{chat}',
    summary: 'Bridge a room to a chat: no bridge is attached',
    kind: 'no_bridge_attached',
  }),
  declare('create_portal', {
    method: 'POST',
    path: '/portal/{room}/create',
    summary: 'Create a chat for a room: no bridge is attached',
    kind: 'no_bridge_attached',
  }),
  declare('disconnect_portal', {
    method: 'POST',
    path: '/portal/{room}/disconnect',
    summary: 'Unbridge a room: always not found',
    kind: 'portal_not_found',
  }),
];
