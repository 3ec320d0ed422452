import type { Config } from './config.js';
import type { Remark } from './remark.js';
import { valueAt, type TreeMap } from './tree.js';

/** Returns remarks about the validation of 3PIDs. */
export function threepidRemarks(read: Partial<Config>, root: TreeMap): Remark[] {
  return [...idleTelegramRemarks(read, root), ...idlePublishingRemarks(read)];
}

function idleTelegramRemarks({ accounts, threepids }: Partial<Config>, root: TreeMap): Remark[] {
  const path = ['threepids', 'from_telegram'];
  const isMeant = threepids?.fromTelegram === 'on' && valueAt(root, path) !== undefined;
  if (!isMeant || accounts?.mode !== 'off') return [];
  return [{ path, message: 'It has no effect: accounts.mode is off, so Gangway serves no Matrix logins.' }];
}

function idlePublishingRemarks({ identity, threepids }: Partial<Config>): Remark[] {
  if (!threepids?.publishesFromTelegram) return [];
  const path = ['threepids', 'from_telegram_bind'];
  if (threepids.fromTelegram === 'off') return [{ path, message: 'It has no effect: threepids.from_telegram is off.' }];
  return identity?.enabled === false ? [{ path, message: 'It has no effect: identity.enabled is false.' }] : [];
}
