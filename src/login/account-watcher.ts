import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { TelegramUser } from '../telegram/shapes.js';

/** A Telegram account that a Matrix user is logged in to. */
export interface OwnedAccount {
  /** Of its row in the database. When that goes, for whatever reason, what refers to it goes with it. */
  readonly accountId: string;
  readonly owner: Mxid;
  readonly user: TelegramUser;
}

/** Is told of Telegram accounts within the transaction in which they change, so that what it writes is true when they are. */
export interface AccountWatcher {
  /** A login is about to take the place of another one of that owner's: the account's row gets another id, and what refers to it follows. */
  whenReplacing(tx: Transaction, owner: Mxid): Promise<void>;
  /** Somebody has logged in to the account; where that took the place of another login, what referred to that one refers to this. */
  whenClaimed(tx: Transaction, account: OwnedAccount): Promise<void>;
  /** Telegram says something new of the user. */
  whenChanged(tx: Transaction, account: OwnedAccount): Promise<void>;
}

/** Asks Telegram about accounts of which nobody asks. */
export interface AccountChecks {
  /**
   * Whether the account is still logged in; one whose session Telegram has ended is forgotten. Nothing happens where Telegram says nothing
   * about it; `unreachable` where it would say nothing about others either.
   */
  check(accountId: string): Promise<'checked' | 'unreachable'>;
}
