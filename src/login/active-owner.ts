import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';

/** Returns false if the owner's Matrix account is deactivated. Otherwise the account stays active until the transaction is over. */
export type IsActiveOwner = (tx: Transaction, owner: Mxid) => Promise<boolean>;

/** Looks at the accounts in the database. An owner who has none there is active. */
export const hasActiveAccount: IsActiveOwner = async (tx, owner) =>
  (await tx.accounts.hold(owner))?.deactivatedAt === undefined;
