import type { Allowance } from '../base/leaky-buckets.js';
import type { Logger } from '../base/logger.js';
import type { Secret } from '../base/secret.js';
import type { LoginAllowances } from '../accounts/login-limits.js';
import type { Config } from '../config/config.js';
import { createPermissions, type Permissions } from '../config/permissions.js';
import type { SessionPolicy } from '../login/session-policy.js';
import { type Authenticator, type BearerAuthDeps, createBearerAuth } from '../http/bearer-auth.js';

/**
 * The configuration as it was last read. A part whose settings can be reloaded reads them here each
 * time that it uses them.
 */
export interface LiveConfig {
  readonly current: () => Config;
}

/** Returns an allowance that is read each time. */
export function liveAllowance(read: () => Allowance): Allowance {
  return {
    get max() {
      return read().max;
    },
    get windowMs() {
      return read().windowMs;
    },
  };
}

/** Returns the limits of Matrix logins, which are read each time. */
export function liveLoginLimits({ current }: LiveConfig): LoginAllowances {
  return {
    perAddress: liveAllowance(() => current().accounts.limits.perAddress),
    perAccount: liveAllowance(() => current().accounts.limits.perAccount),
    failuresPerAccount: liveAllowance(() => current().accounts.limits.failuresPerAccount),
  };
}

/** Returns the permissions, which are read each time. */
export function livePermissions({ current }: LiveConfig): Permissions {
  return {
    levelOf: (mxid) => createPermissions(current().bridge.permissions).levelOf(mxid),
    mayLogIn: (mxid) => createPermissions(current().bridge.permissions).mayLogIn(mxid),
  };
}

/** Authenticates callers of the provisioning API, by secrets that are read at each request. */
export function authenticateService(
  { current }: LiveConfig,
  deps: Pick<BearerAuthDeps, 'findTokenHolder' | 'logger'>,
): Authenticator {
  return createBearerAuth({
    ...deps,
    get secrets() {
      const { sharedSecret, oldSharedSecrets } = current().provisioning;
      return [sharedSecret, ...oldSharedSecrets];
    },
    get failuresAllowed() {
      return current().provisioning.failedAttempts.max;
    },
    get windowMs() {
      return current().provisioning.failedAttempts.windowMs;
    },
  });
}

/** Authenticates programs with secrets of their own, which are read at each request. */
export function authenticatePrograms(
  { current }: LiveConfig,
  programsIn: (config: Config) => readonly { readonly name: string; readonly secret: Secret }[],
  logger: Logger,
): Authenticator {
  return createBearerAuth({
    secrets: [],
    logger,
    get consumers() {
      return programsIn(current());
    },
    get failuresAllowed() {
      return current().provisioning.failedAttempts.max;
    },
    get windowMs() {
      return current().provisioning.failedAttempts.windowMs;
    },
  });
}

/** Returns which sessions are ended without a request. */
export function sessionPolicyOf({ sessions, bridge }: Config): SessionPolicy {
  return { expireUnusedMs: sessions.expireUnusedMs, removedUsers: bridge.removedUsers };
}
