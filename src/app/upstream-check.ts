import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { checkBridge } from '../bridge/check-bridge.js';
import type { Config } from '../config/config.js';
import { usersToCheck } from '../config/users-to-check.js';

/** The settings that a check of the bridge requires. */
interface BridgeConfig extends Pick<Config, 'homeserver'> {
  readonly bridge: Pick<Config['bridge'], 'permissions' | 'upstream'>;
}

/**
 * Returns the reasons why the bridge cannot accept logins, as sentences. Empty without a bridge.
 */
export async function checkUpstream({ bridge, homeserver }: BridgeConfig, clock: Clock): Promise<readonly string[]> {
  if (!bridge.upstream) return [];
  const users = usersToCheck(bridge.permissions, homeserver.domain);
  return checkBridge({ ...bridge.upstream, homeserver: homeserver.domain, users, clock });
}

/**
 * Logs why the bridge cannot accept logins. It never fails: the bridge may start later than
 * Gangway.
 */
export async function warnAboutUpstream(
  config: BridgeConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<void> {
  try {
    for (const problem of await checkUpstream(config, clock)) logger.warn('bridge not ready', { problem });
  } catch (error) {
    logger.error('bridge check failed', { error });
  }
}
