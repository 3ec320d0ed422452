import type { Authenticator } from '../../http/bearer-auth.js';
import { type Api, defineApi } from '../../http/api.js';
import { SessionFailure } from '../../sessions/failure.js';
import { acquireSession } from './acquire.js';
import type { SessionDeps } from './deps.js';
import { toHttpErrorReply, toSessionErrorReply } from './errors.js';
import { listSessions } from './list.js';
import { releaseLease } from './release.js';
import { renewLease } from './renew.js';

/** The prefix of the API for other programs. */
export const sessionsPrefix = '/_gangway/v1/sessions';

/** The operations of the API for other programs. */
export const sessionOperations = [listSessions, acquireSession, renewLease, releaseLease] as const;

/** Returns the API through which other programs lease sessions. */
export function createSessionsApi({
  authenticate,
  ...deps
}: SessionDeps & { readonly authenticate: Authenticator }): Api {
  return defineApi({
    name: 'sessions',
    prefixes: [sessionsPrefix],
    authenticate,
    accessLevel: 'info',
    problem: toHttpErrorReply,
    failure: (failure) => (failure instanceof SessionFailure ? toSessionErrorReply(failure.details) : undefined),
    endpoints: sessionOperations.map((operation) => operation.serve(deps)),
  });
}
