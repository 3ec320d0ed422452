import { z } from 'zod';
import type { AccountAddresses } from '../../accounts/threepids/account-addresses.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import {
  addKinds,
  addressBodyKinds,
  anyAddressKinds,
  callerOf,
  readSession,
  sessionMembers,
} from './address-shapes.js';
import { authenticationRequired } from './authentication-required.js';

/** POST /account/3pid/add */
export const addAddress = defineEndpoint(
  {
    name: 'add_address',
    operationId: 'add3PID',
    method: 'POST',
    path: '/account/3pid/add',
    params: {},
    access: 'authenticated',
    summary: 'Add a validated 3PID to the account',
    description:
      'Requires user-interactive authentication, every time. In relay mode, the homeserver performs it. A ' +
      '3PID belongs to at most one account, and a session can be used once.',
    body: z.looseObject({ ...sessionMembers, auth: member('object', 'User-interactive authentication.') }),
    replies: { 200: { description: 'The 3PID was added', schema: z.object({}) } },
    errors: {
      ...errorShapes([
        ...addressBodyKinds,
        'parameter_invalid',
        ...addKinds,
        'address_not_proven',
        'authentication_unsupported',
        'rate_limited',
        ...anyAddressKinds,
      ]),
      401: authenticationRequired,
    },
    otherErrors: homeserverErrors,
  },
  ({ addresses }: { readonly addresses: Pick<AccountAddresses, 'admit' | 'add'> }) => ({
    admit: () => addresses.admit(),
    async handler(request) {
      const { body } = request;
      await addresses.add(callerOf(request), readSession(body), body.auth, body);
      return reply(200, {});
    },
  }),
);
