import type { LoginLimits } from '../accounts/login-limits.js';
import type { ClientServerV3Deps } from '../api/client-server-v3/index.js';
import type { Runtime } from '../base/runtime.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { Accounts } from './accounts.js';
import { composeAddresses } from './addresses.js';
import type { Identity } from './identity.js';
import { embeddedBaseUrls, submissionPath, type Proofs } from './proofs.js';

/** Returns what the client-server API is made of, or undefined if it is not answered. */
export function composeClientServer(
  config: Config,
  parts: {
    readonly accounts: Accounts;
    readonly proofs: Proofs;
    readonly identity: Identity | undefined;
    readonly limits: LoginLimits;
  },
  runtime: Runtime & { readonly database: Database },
): ClientServerV3Deps | undefined {
  const { homeserver } = config;
  const { mode, addresses: rules } = config.accounts;
  if (mode === 'off') return undefined;
  const { accounts, proofs, identity, limits } = parts;
  const { addresses, credentials } = composeAddresses(
    config,
    { accounts, proofs, published: identity?.published },
    runtime,
  );
  return {
    account: accounts.kind === 'embedded' && credentials ? { devices: accounts.devices, credentials } : undefined,
    authority: accounts.authority,
    sessions: accounts.kind === 'embedded' ? accounts.sessions : undefined,
    openId: accounts.kind === 'embedded' ? { tokens: accounts.openIdTokens, serverName: homeserver.domain } : undefined,
    limits,
    contacts: {
      addresses,
      validation: proofs.validation,
      pages: proofs.pages,
      usualPath: submissionPath(config),
      postsWithoutAuthentication: rules.postsWithoutAuthentication,
    },
    discovery:
      accounts.kind === 'embedded'
        ? { wellKnown: embeddedBaseUrls(config), mayChangeAddresses: rules.mayChange }
        : undefined,
  };
}
