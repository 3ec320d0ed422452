import type { LoadedConfig } from './load-config.js';

/**
 * The keys that a running daemon reads again on SIGHUP. Those with `unlessEmpty` need a restart if
 * the list was or is empty, because then the API is not served.
 */
export const reloadableKeys: Readonly<Record<string, 'always' | 'unlessEmpty'>> = {
  'logging.level': 'always',
  'bridge.permissions': 'always',
  'provisioning.shared_secret': 'always',
  'provisioning.old_shared_secrets': 'always',
  'provisioning.failed_attempts.max': 'always',
  'provisioning.failed_attempts.window_seconds': 'always',
  'accounts.limits.per_address.max': 'always',
  'accounts.limits.per_address.window_seconds': 'always',
  'accounts.limits.per_account.max': 'always',
  'accounts.limits.per_account.window_seconds': 'always',
  'accounts.limits.failures_per_account.max': 'always',
  'accounts.limits.failures_per_account.window_seconds': 'always',
  'login.attempts_per_user.max': 'always',
  'login.attempts_per_user.window_seconds': 'always',
  'bridge.removed_users.log_out': 'always',
  'bridge.removed_users.grace_hours': 'always',
  'bridge.removed_users.max_at_once': 'always',
  'sessions.expire_unused_days': 'always',
  'admin.tokens': 'unlessEmpty',
  'sessions.consumers': 'unlessEmpty',
};

/** The keys that differ between two configurations. */
export interface ConfigChanges {
  /** The keys that the daemon has read again. */
  readonly reloaded: readonly string[];
  /** The keys that differ from those of the start, and are used after a restart. */
  readonly needRestart: readonly string[];
}

/** Returns the keys whose values in the files and the environment differ. */
export function compareConfigs(
  start: LoadedConfig,
  last: Pick<LoadedConfig, 'values'>,
  next: LoadedConfig,
): ConfigChanges {
  const keys = [...new Set([...start.values.keys(), ...last.values.keys(), ...next.values.keys()])].toSorted();
  const differs = (key: string, one: Pick<LoadedConfig, 'values'>) => {
    const [before, after] = [one.values.get(key), next.values.get(key)];
    return before === undefined || after === undefined ? before !== after : !before.equals(after);
  };
  const isReloadable = (key: string) => {
    if (reloadableKeys[key] !== 'unlessEmpty') return reloadableKeys[key] === 'always';
    return !isEmpty(key, start) && !isEmpty(key, next);
  };
  return {
    reloaded: keys.filter((key) => isReloadable(key) && differs(key, last)),
    needRestart: keys.filter((key) => !isReloadable(key) && differs(key, start)),
  };
}

function isEmpty(key: string, { config }: LoadedConfig): boolean {
  const lists: Readonly<Record<string, readonly unknown[]>> = {
    'admin.tokens': config.admin.tokens,
    'sessions.consumers': config.sessions.consumers,
  };
  return lists[key]?.length === 0;
}
