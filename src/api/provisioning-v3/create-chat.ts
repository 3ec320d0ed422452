import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes, otherBridgeErrors } from './error-shapes.js';
import { VersionFailure } from './failure.js';
import { accountOf, loginIdParameter, person, wirePerson } from './wire-person.js';

const query = { user_id: userIdParameter, login_id: loginIdParameter };

/** POST /create_dm/{identifier} */
export const createDm = defineEndpoint(
  {
    name: 'create_dm',
    method: 'POST',
    path: '/create_dm/{identifier}',
    params: {
      identifier: {
        description:
          'A username, a phone number with the leading plus sign, a Telegram user ID, or the Matrix ID of a ' +
          'ghost user of the bridge.',
        pattern: '.+',
      },
    },
    query,
    access: 'authenticated',
    summary: 'Start a direct chat',
    description: 'Takes no body. The bridge creates the room. Requires that the bridge has the login.',
    replies: {
      200: { description: 'The room exists already', schema: person },
      201: { description: 'The room was created', schema: person },
    },
    errors: errorShapes('create_dm'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const chat = await deps.login.createDm(caller, request.params.identifier, accountOf(request.query));
      if (chat === undefined) throw new VersionFailure({ kind: 'no_bridge_attached' });
      return reply(chat.isNew ? 201 : 200, wirePerson(chat));
    },
  }),
);

const group = z.looseObject({
  id: z.string().meta({ description: "The bridge's ID of the group." }),
  mxid: z.string().meta({ description: 'The Matrix room.' }),
});

/** POST /create_group/{type} */
export const createGroup = defineEndpoint(
  {
    name: 'create_group',
    method: 'POST',
    path: '/create_group/{type}',
    params: { type: { description: 'One of `group_creation` in `/capabilities`.', example: 'group', pattern: '.+' } },
    query,
    access: 'authenticated',
    summary: 'Create a group',
    description: 'The bridge creates the Telegram group and its room. Requires that the bridge has the login.',
    body: z.looseObject({}).meta({ description: 'In the format of the bridge: `participants`, `name`, ...' }),
    replies: { 200: { description: 'The group was created', schema: group } },
    errors: errorShapes('create_group'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const asked = { type: request.params.type, body: request.body };
      const made = await deps.login.createGroup(caller, asked, accountOf(request.query));
      if (made === undefined) throw new VersionFailure({ kind: 'no_bridge_attached' });
      return reply(200, made);
    },
  }),
);
