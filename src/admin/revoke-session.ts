import type { Database } from '../database/database.js';
import { endLogin, leaveSession } from '../login/owned-logins.js';

/**
 * Who ends the session of a revoked login: the daemon (`ended`), or the user, because the session
 * was exported (`exported`) or may still be in use at the bridge (`at_bridge`).
 */
export type RevocationOutcome = 'ended' | 'exported' | 'at_bridge';

/** The options of revokeSession. */
export interface RevokeOptions {
  /** Does not wait for a logout at the bridge. */
  readonly withoutBridge: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Deletes the linked account. Without the bridge, its logins that wait to be ended there are ended
 * here, or left to the user. Can be used while another process runs the daemon. Returns undefined
 * if no user is logged in as this Telegram user.
 */
export async function revokeSession(
  database: Database,
  telegramUserId: string,
  { withoutBridge, now }: RevokeOptions,
): Promise<RevocationOutcome | undefined> {
  return database.transaction(async (tx) => {
    const found = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    const account =
      found && (await tx.telegramAccounts.hold(found.id)) ? await tx.telegramAccounts.find(found.id) : undefined;
    const isStored = account && (await tx.sessionLeases.find(account.id))?.state === 'exported';
    if (account) await endLogin(tx, account, now);
    const ending = withoutBridge ? await tx.handOvers.listEnding(telegramUserId) : [];
    for (const { id, owner, session } of ending) {
      await tx.handOvers.delete(id);
      if (session !== null) await leaveSession(tx, { id, owner, session, since: now });
    }
    if (account === undefined && ending.length === 0) return undefined;
    if (account?.heldBy === 'export' && !isStored) return 'exported';
    return ending.some(({ session }) => session === null) ? 'at_bridge' : 'ended';
  });
}
