import type { Logger } from '../base/logger.js';
import type { Database } from '../database/database.js';

/**
 * Logs a warning with the number of logins that wait for a bridge, or are at one, if none is
 * configured.
 */
export async function warnAboutSessionsAtBridge(database: Database, logger: Logger): Promise<void> {
  const logins = await database.read(async ({ statistics }) => {
    const { hand_over: waiting = 0, bridge = 0 } = await statistics.linkedAccounts();
    const { ending = 0 } = await statistics.handOvers();
    return waiting + bridge + ending;
  });
  if (logins === 0) return;
  const problem =
    'Set bridge.upstream again, or end these logins: see gangway sessions list, and gangway sessions revoke.';
  logger.warn('logins at an unconfigured bridge', { logins, problem });
}
