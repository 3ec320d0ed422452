import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { TelegramUser } from '../telegram/shapes.js';

/** A Telegram account that a Matrix user is logged in to. */
export interface OwnedAccount {
  /** The ID of the account's row in the database. Rows that refer to it are deleted with it. */
  readonly accountId: string;
  readonly owner: Mxid;
  readonly user: TelegramUser;
}

/**
 * Called within the transactions that change Telegram accounts, so that its writes are consistent
 * with them.
 */
export interface AccountWatcher {
  /**
   * A login is about to replace one of the owner's accounts. The account's row gets another ID, and
   * references follow.
   */
  whenReplacing(tx: Transaction, owner: Mxid): Promise<void>;
  /**
   * A login to the account has completed. If it replaces another login, references to that one now
   * refer to this one.
   */
  whenClaimed(tx: Transaction, account: OwnedAccount): Promise<void>;
  /** Telegram has returned a changed profile. */
  whenChanged(tx: Transaction, account: OwnedAccount): Promise<void>;
}

/** Checks accounts that no request is about. */
export interface AccountChecks {
  /**
   * Checks whether the account is still logged in; deletes it if Telegram has ended its session.
   * Returns `unreachable` if Telegram cannot be reached, so that checking other accounts is
   * pointless too. Other failures are ignored.
   */
  check(accountId: string): Promise<'checked' | 'unreachable'>;
}
