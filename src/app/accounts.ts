import type { Audit } from '../base/audit.js';
import type { Runtime } from '../base/runtime.js';
import type { AccountThreepids } from '../accounts/account-threepids.js';
import type { AccountAuthority } from '../accounts/authority.js';
import { createDatabaseAccountThreepids } from '../accounts/database-account-threepids.js';
import type { AccountDevices } from '../accounts/devices.js';
import { createEmbeddedAccounts } from '../accounts/embedded/embedded-accounts.js';
import { createPasswordHasher, type PasswordHasher } from '../accounts/embedded/password-hasher.js';
import { createHomeserverThreepids } from '../accounts/relay/homeserver-threepids.js';
import { createRelayAccounts } from '../accounts/relay/relay-accounts.js';
import type { OpenIdTokens } from '../accounts/open-id.js';
import { createUpstreamProofs, type UpstreamProofs } from '../accounts/threepids/upstream-proofs.js';
import { createRevoker, type Revoker } from '../accounts/revocation.js';
import type { AccountSessions } from '../accounts/sessions.js';
import type { UserInteractiveAuth } from '../accounts/uia/user-interactive-auth.js';
import { meaningOf } from '../config/account-mode.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import { ownedLogins } from '../login/owned-logins.js';
import type { Homeserver } from '../matrix/homeserver.js';
import { createHttpHomeserver } from '../matrix/http-homeserver.js';

import { auditMatrixLogins } from './audit.js';

/** The dependencies of chooseAccounts besides the configuration. */
export interface AccountRuntime extends Runtime {
  readonly database: Database;
}

/** The authority over the Matrix accounts of this server name. */
export type Accounts =
  | {
      readonly kind: 'relay';
      readonly authority: AccountAuthority;
      readonly homeserver: Homeserver;
      readonly upstreamProofs: UpstreamProofs;
      /** The 3PIDs of the homeserver's users. Undefined without homeserver.admin_access_token. */
      readonly homeserverThreepids: AccountThreepids | undefined;
      /** Deletes expired rows. */
      sweep(): Promise<void>;
    }
  | {
      readonly kind: 'embedded';
      readonly authority: AccountAuthority;
      readonly sessions: AccountSessions;
      readonly userInteractiveAuth: UserInteractiveAuth;
      readonly devices: AccountDevices;
      readonly hasher: PasswordHasher;
      readonly revoker: Revoker;
      readonly openIdTokens: OpenIdTokens;
      /** Deletes expired rows. */
      sweep(): Promise<void>;
    };

/** Homeservers delay logins over their rate limit: this must be longer. */
const homeserverDeadlineMs = 30_000;

/**
 * Returns the account authority that accounts.mode names, or undefined if there is none. Logs the
 * mode.
 */
export function chooseAccounts(
  { homeserver: { address, adminAccessToken, domain }, accounts, identity }: Config,
  { database, audit, clock, random, logger }: AccountRuntime & { readonly audit: Audit | undefined },
): Accounts | undefined {
  const audited = (authority: AccountAuthority, kind: Accounts['kind']) =>
    audit ? auditMatrixLogins(authority, kind === 'relay', audit) : authority;
  const accountThreepids = createDatabaseAccountThreepids(database);
  const identityServer = identity.enabled ? identity.publicUrl : undefined;
  const { mode } = accounts;
  logger.info('matrix accounts', { mode, domain, homeserver: address, meaning: meaningOf(mode, address) });
  if (mode !== 'embedded') {
    if (address === undefined) return undefined;
    const homeserver = createHttpHomeserver({ address, deadlineMs: homeserverDeadlineMs, clock });
    const wellKnown =
      typeof accounts.wellKnown === 'string' ? accounts.wellKnown : { ...accounts.wellKnown, identityServer };
    const authority = createRelayAccounts({
      homeserver,
      serverName: domain,
      accountThreepids,
      wellKnown,
      clock,
      random,
      logger,
    });
    const upstreamProofs = createUpstreamProofs({ database, clock });
    const homeserverThreepids =
      adminAccessToken && createHomeserverThreepids({ homeserver, serverName: domain, adminAccessToken, clock });
    return {
      kind: 'relay',
      authority: audited(authority, 'relay'),
      homeserver,
      homeserverThreepids,
      upstreamProofs,
      sweep: () => upstreamProofs.sweep(),
    };
  }
  const { wellKnown } = accounts;
  const hasher = createPasswordHasher({ ...accounts.passwordHashing, random });
  const revoker = createRevoker(ownedLogins);
  const embedded = createEmbeddedAccounts({
    database,
    serverName: domain,
    accountThreepids,
    hasher,
    revoker,
    lifetimes: accounts,
    wellKnown: typeof wellKnown === 'string' ? undefined : discoveryInformation(wellKnown.homeserver, identityServer),
    clock,
    random,
    logger,
  });
  return {
    kind: 'embedded',
    authority: audited(embedded, 'embedded'),
    sessions: embedded,
    userInteractiveAuth: embedded.userInteractiveAuth,
    devices: embedded.devices,
    hasher,
    revoker,
    openIdTokens: embedded.openIdTokens,
    sweep: () => embedded.sweep(),
  };
}

function discoveryInformation(homeserver: string, identityServer: string | undefined) {
  return {
    'm.homeserver': { base_url: homeserver },
    ...(identityServer === undefined ? {} : { 'm.identity_server': { base_url: identityServer } }),
  };
}
