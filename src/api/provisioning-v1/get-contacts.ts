import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { readOwner } from '../provisioning/owner.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { contactInfo, mxidParameter, wireContact } from './shapes.js';

/** GET /user/{mxid}/contacts */
export const getContacts = defineEndpoint(
  {
    name: 'get_contacts',
    method: 'GET',
    path: '/user/{mxid}/contacts',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'List the contacts of the Telegram account',
    replies: {
      200: { description: 'The contacts by their Telegram user IDs', schema: z.record(z.string(), contactInfo) },
    },
    errors: errorShapes('get_contacts'),
  },
  ({ login }: EndpointDeps) => ({
    async handler({ params, principal }) {
      const contacts = await login.contacts(readOwner(params, principal));
      return reply(200, Object.fromEntries(contacts.map((contact) => [contact.id, wireContact(contact)])));
    },
  }),
);
