import type { Bridge, BridgeSession, HandOverProcess } from '../bridge/bridge.js';
import { BridgeFailure } from '../bridge/failure.js';
import type { HandOverRecord } from '../database/tables/hand-overs.js';

/**
 * Sends the session to the process. Throws `bridge_answer_invalid` if the bridge confirms another
 * login than that of the session.
 */
export async function submit(
  bridge: Bridge,
  { owner, telegramUserId }: HandOverRecord,
  process: HandOverProcess,
  session: BridgeSession,
): Promise<void> {
  const confirmed = await bridge.submitSession(owner, process, session);
  if (confirmed === telegramUserId) return;
  throw new BridgeFailure({ kind: 'bridge_answer_invalid' }, { cause: new Error('another login was confirmed') });
}

/** Returns whether the bridge rejected the request before it read the session. */
export function isRejectedUnread(error: unknown): boolean {
  if (!(error instanceof BridgeFailure)) return false;
  return error.details.kind === 'bridge_user_forbidden' || error.details.kind === 'bridge_secret_rejected';
}
