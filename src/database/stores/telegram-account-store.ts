import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** Which program may open the session of a linked account. */
export type SessionHolder =
  | 'gangway'
  /** None, until the bridge has answered: the session waits in hand_overs. */
  | 'hand_over'
  | 'bridge'
  /** A program that has leased it; the session is in session_leases. */
  | 'lease'
  /** An administrator has exported it. */
  | 'export';

/**
 * A Telegram account that a Matrix user is logged in to. `session` and `profile` are sealed at
 * rest.
 */
export interface TelegramAccountRecord {
  readonly id: string;
  readonly owner: Mxid;
  /** Unique over all accounts. */
  readonly telegramUserId: string;
  /** Null unless `heldBy` is `gangway`: what is not here cannot be opened. */
  readonly session: Secret | null;
  /** JSON of what Telegram last said of the user. */
  readonly profile: Secret;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly heldBy: SessionHolder;
}

/** A session that goes from one holder to another. */
export interface HolderChange {
  readonly from: SessionHolder;
  readonly to: SessionHolder;
  /** Null unless `to` is `gangway`. */
  readonly session: Secret | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Where logged-in Telegram accounts are kept. A Matrix ID may have several. */
export interface TelegramAccountStore {
  /** Oldest first. */
  listByOwner(owner: Mxid): Promise<TelegramAccountRecord[]>;
  find(id: string): Promise<TelegramAccountRecord | undefined>;
  /**
   * Returns whether it is there; if so, nobody else changes or deletes it until the transaction is
   * over.
   */
  hold(id: string): Promise<boolean>;
  /** Who is logged in to that Telegram account, if anybody. */
  findByTelegramUserId(telegramUserId: string): Promise<TelegramAccountRecord | undefined>;
  /**
   * False, and nothing written, where somebody is logged in to that Telegram account already (by
   * the unique constraint).
   */
  insert(record: TelegramAccountRecord): Promise<boolean>;
  /** Returns all accounts, oldest first, those of some holders only if named. */
  list(heldBy?: readonly SessionHolder[]): Promise<TelegramAccountRecord[]>;
  /**
   * Replaces session, profile and updatedAt of the account with that id, or false if there is none,
   * or if it has another holder now.
   */
  update(record: TelegramAccountRecord): Promise<boolean>;
  /**
   * Returns the account with that id has this id, session, holder, profile and updatedAt from now
   * on, and what refers to it follows, or false if it is gone.
   */
  replace(id: string, record: TelegramAccountRecord): Promise<boolean>;
  /**
   * Returns the session to another holder, or false if there is no such account, or if `from` is
   * not its holder now.
   */
  setHolder(id: string, change: HolderChange): Promise<boolean>;
  /** Returns whether there was one to delete. */
  delete(id: string): Promise<boolean>;
}
