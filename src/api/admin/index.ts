import { AdminFailure } from '../../admin/failure.js';
import type { Authenticator } from '../../http/bearer-auth.js';
import { type Api, defineApi } from '../../http/api.js';
import { toAdminErrorReply, toHttpErrorReply } from './errors.js';
import { cancelProcess, listHandOvers, listProcesses, retryHandOver } from './processes.js';
import { listSessions, revokeSession, showSession } from './sessions.js';
import { deactivateUser, listThreepids, listUsers, showUser, type AdminDeps } from './users.js';

/** The prefix of the admin API. */
export const adminPrefix = '/_gangway/v1/admin';

/** The operations of the admin API. */
export const adminOperations = [
  listUsers,
  showUser,
  listThreepids,
  deactivateUser,
  listSessions,
  showSession,
  revokeSession,
  listProcesses,
  cancelProcess,
  listHandOvers,
  retryHandOver,
] as const;

/** Returns the admin API. */
export function createAdminApi({ authenticate, ...deps }: AdminDeps & { readonly authenticate: Authenticator }): Api {
  return defineApi({
    name: 'admin',
    prefixes: [adminPrefix],
    authenticate,
    accessLevel: 'info',
    problem: toHttpErrorReply,
    failure: (failure) => (failure instanceof AdminFailure ? toAdminErrorReply(failure.details) : undefined),
    endpoints: adminOperations.map((operation) => operation.serve(deps)),
  });
}
