import { createAdminApi } from '../api/admin/index.js';
import { createAdministration } from '../admin/administration.js';
import { createRevoker } from '../accounts/revocation.js';
import type { Runtime } from '../base/runtime.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { Api } from '../http/api.js';
import { ownedLogins } from '../login/owned-logins.js';
import type { LoginProcesses } from '../login/processes.js';
import type { Authenticators } from './authenticators.js';

/** Returns the admin API, or undefined if no token is configured. */
export function composeAdmin(
  { admin, bridge }: Config,
  authenticators: Pick<Authenticators, 'administrators'>,
  { processes }: { readonly processes: Pick<LoginProcesses, 'cancelForced'> },
  { database, clock }: Pick<Runtime, 'clock'> & { readonly database: Database },
): Api | undefined {
  if (admin.tokens.length === 0) return undefined;
  const revoker = createRevoker(ownedLogins);
  const hasBridge = bridge.upstream !== undefined;
  const administration = createAdministration({ database, revoker, processes, hasBridge, clock });
  return createAdminApi({ administration, authenticate: authenticators.administrators() });
}
