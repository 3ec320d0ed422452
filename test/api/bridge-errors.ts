import { mxidOf } from '../support/bridge-calls.js';
import { alice, type Provisioning } from '../support/provisioning.js';

/** The errors of logins whose session is with the bridge or with another program. */
export const bridgeErrors = [
  'bridge_unreachable',
  'bridge_refused',
  'bridge_request_rejected',
  'chats_unavailable',
  'session_held',
] as const;

/** A single one of these errors. */
export type BridgeError = (typeof bridgeErrors)[number];

/** Returns whether an error is one of them. */
export function isOfBridge(kind: string): kind is BridgeError {
  return bridgeErrors.some((one) => one === kind);
}

/** Another program leases the session of Alice's login. */
export async function lend({ database }: Provisioning): Promise<void> {
  await database.transaction(async (tx) => {
    const [account] = await tx.telegramAccounts.listByOwner(mxidOf(alice));
    if (!account) throw new Error('there is no login');
    const { heldBy: from, id: accountId } = account;
    await tx.telegramAccounts.setHolder(accountId, { from, to: 'lease', session: null, at: account.updatedAt });
  });
}
