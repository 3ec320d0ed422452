import type { Mxid } from '../../base/mxid.js';
import { endpoint, type Endpoint, type PathParameter } from '../../http/endpoint.js';
import type { Principal } from '../../http/principal.js';
import { LoginFailure } from '../../login/failure.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { VersionFailure, type VersionFault } from './failure.js';

type Kind = VersionFault['kind'];

const room: PathParameter = { description: 'A Matrix room ID, raw or percent-encoded.', example: '!room:example.com' };

/**
 * Returns the operations on bridged rooms and chats. They answer an integration manager that
 * nothing is bridged.
 */
export function portals({ permissions }: EndpointDeps): readonly Endpoint[] {
  const answerTo = (query: string | undefined, principal: Principal, kind: Kind): never => {
    // Clients of all kinds send the user here, but not all of them do.
    if (query !== undefined) permit(readOwner({ mxid: query }, principal));
    if (principal.kind === 'user') permit(principal.mxid);
    throw new VersionFailure({ kind });
  };
  const permit = (mxid: Mxid) => {
    if (!permissions.mayLogIn(mxid)) throw new LoginFailure({ kind: 'not_permitted' });
  };
  const declare = (
    name: 'get_portal' | 'connect_portal' | 'create_portal' | 'disconnect_portal',
    rest: { method: 'GET' | 'POST'; path: string; summary: string; kind: Kind },
  ) =>
    endpoint({
      name,
      method: rest.method,
      path: rest.path,
      params: { room, ...(rest.path.includes('{chat}') ? { chat: { description: 'A Telegram chat ID.' } } : {}) },
      query: { user_id: { description: 'The Matrix user who sends the request.' } },
      access: 'authenticated',
      summary: rest.summary,
      replies: {},
      errors: errorShapes(name),
      handler: async ({ query, principal }) => answerTo(query.user_id, principal, rest.kind),
    });

  return [
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
}
