import { z } from 'zod';
import { AccountFailure } from '../../accounts/failure.js';
import type { AccountSessions } from '../../accounts/sessions.js';
import type { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from '../client-server/error-shapes.js';

const shared = {
  method: 'POST',
  params: {},
  access: 'authenticated',
  replies: { 200: { description: 'Logged out', schema: z.object({}) } },
  errors: errorShapes(['unauthorized', 'token_unknown', 'defect']),
} as const;

/** POST /logout */
export const logOut = defineEndpoint(
  {
    ...shared,
    name: 'log_out',
    operationId: 'logout',
    path: '/logout',
    summary: 'Log out the access token and delete its device',
    description: 'An expired access token is accepted.',
  },
  ({ sessions }: { readonly sessions: Pick<AccountSessions, 'logOut'> }) => ({
    async handler({ accessToken }) {
      await sessions.logOut(present(accessToken));
      return reply(200, {});
    },
  }),
);

/** POST /logout/all */
export const logOutAll = defineEndpoint(
  {
    ...shared,
    name: 'log_out_all',
    operationId: 'logout_all',
    path: '/logout/all',
    summary: 'Log out all devices of the user',
    description: 'An expired access token is accepted.',
  },
  ({ sessions }: { readonly sessions: Pick<AccountSessions, 'logOutAll'> }) => ({
    async handler({ accessToken }) {
      await sessions.logOutAll(present(accessToken));
      return reply(200, {});
    },
  }),
);

function present(token: Secret | undefined): Secret {
  if (token === undefined) throw new AccountFailure({ kind: 'token_missing' });
  return token;
}
