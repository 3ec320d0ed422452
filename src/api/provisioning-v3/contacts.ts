import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes, otherBridgeErrors } from './error-shapes.js';
import { accountOf, loginIdParameter, person, wirePerson } from './wire-person.js';

const query = { user_id: userIdParameter, login_id: loginIdParameter };

/** GET /contacts */
export const contacts = defineEndpoint(
  {
    name: 'contacts',
    method: 'GET',
    path: '/contacts',
    params: {},
    query,
    access: 'authenticated',
    summary: 'List the contacts of the Telegram account',
    replies: { 200: { description: 'The contacts', schema: z.object({ contacts: z.array(person) }) } },
    errors: errorShapes('contacts'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const found = await deps.login.contacts(readCaller(request, deps), accountOf(request.query));
      return reply(200, { contacts: found.map(wirePerson) });
    },
  }),
);

/** POST /search_users */
export const searchUsers = defineEndpoint(
  {
    name: 'search_users',
    method: 'POST',
    path: '/search_users',
    params: {},
    query,
    access: 'authenticated',
    summary: 'Search for Telegram users',
    body: z.looseObject({ query: z.string().meta({ description: 'The text to search for.' }) }),
    replies: { 200: { description: 'The users found', schema: z.object({ results: z.array(person) }) } },
    errors: errorShapes('search_users'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const found = await deps.login.searchUsers(caller, request.body.query, accountOf(request.query));
      return reply(200, { results: found.map(wirePerson) });
    },
  }),
);

/** GET /resolve_identifier/{identifier} */
export const resolveIdentifier = defineEndpoint(
  {
    name: 'resolve_identifier',
    method: 'GET',
    path: '/resolve_identifier/{identifier}',
    params: {
      identifier: { description: 'A username, a phone number with the leading plus sign, or a Telegram user ID.' },
    },
    query,
    access: 'authenticated',
    summary: 'Find a Telegram user',
    replies: { 200: { description: 'Found', schema: person } },
    errors: errorShapes('resolve_identifier'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const caller = readCaller(request, deps);
      const { identifier } = request.params;
      return reply(200, wirePerson(await deps.login.resolveIdentifier(caller, identifier, accountOf(request.query))));
    },
  }),
);
