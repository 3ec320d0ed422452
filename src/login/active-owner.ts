import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';

/**
 * Returns false if the owner's Matrix account is deactivated. With `hold`, the account stays active
 * until the transaction is over.
 */
export type IsActiveOwner = (tx: Transaction, owner: Mxid, how: 'look' | 'hold') => Promise<boolean>;

/** Checks the accounts in the database. An owner without an account there is active. */
export const hasActiveAccount: IsActiveOwner = async ({ accounts }, owner, how) => {
  const account = await (how === 'hold' ? accounts.hold(owner) : accounts.find(owner));
  return account?.deactivatedAt === undefined;
};
