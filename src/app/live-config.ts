import type { Allowance } from '../base/leaky-buckets.js';
import type { LoginAllowances } from '../accounts/login-limits.js';
import type { Config } from '../config/config.js';
import { createPermissions, type Permissions } from '../config/permissions.js';
import type { SessionPolicy } from '../login/session-policy.js';

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

/** Returns which sessions are ended without a request. */
export function sessionPolicyOf({ sessions, bridge }: Config): SessionPolicy {
  return { expireUnusedMs: sessions.expireUnusedMs, removedUsers: bridge.removedUsers };
}
