import { Failure } from '../base/failure.js';
import type { Mxid } from '../base/mxid.js';
import type { BridgeGroup, BridgeLogin, BridgeReply, BridgeRequest, BridgeUser } from '../bridge/bridge.js';
import type { Transaction } from '../database/database.js';
import type { SessionHolder } from '../database/tables/telegram-accounts.js';
import type { TelegramChat, TelegramContact, TelegramUser, TelegramUserId } from '../telegram/shapes.js';

/** The state of an account's session, requested from Telegram just now. */
export type AccountCondition =
  | 'connected'
  /** Telegram could not answer: the session may be valid. */
  | 'trouble'
  /** Telegram has ended the session. The account is deleted and is listed for the last time. */
  | 'ended';

/** A Telegram account of a Matrix user. */
export interface TelegramAccount {
  /** The last profile from Telegram; `user.id` identifies the account. */
  readonly user: TelegramUser;
  readonly condition: AccountCondition;
  /** When (epoch ms) the user logged in, or when a login of the bridge was first seen. */
  readonly since: number;
  /** The holder of the session. */
  readonly heldBy: SessionHolder;
  /** The bridge's answer about the login; undefined unless the bridge has it and is reachable. */
  readonly bridge?: BridgeLogin | undefined;
}

/** The linked accounts of a Matrix user, and the bridge's answer about the user. */
export interface AccountList {
  readonly accounts: readonly TelegramAccount[];
  /** Undefined without a bridge, or while it is unreachable. */
  readonly bridge: BridgeUser | undefined;
}

/** A Telegram user visible to an account. */
export interface VisibleUser extends TelegramContact {
  /** The bridge's ghost of the user; undefined unless the bridge has the account. */
  readonly matrix?: BridgedUser | undefined;
}

/** A Telegram user as the bridge shows it to Matrix users. */
export interface BridgedUser {
  /** For example `tel:+441632960123`, `telegram:alice`. */
  readonly identifiers?: readonly string[] | undefined;
  /** Of the ghost. */
  readonly mxid?: string | undefined;
  readonly avatarUrl?: string | undefined;
  readonly dmRoom?: string | undefined;
}

/** A direct chat with a Telegram user, with its room. */
export interface StartedChat extends VisibleUser {
  /** Whether the room was created by this request. */
  readonly isNew: boolean;
}

/** Failures of a request about an account. */
export type TelegramAccountFailureDetails =
  /** The owner has no account with this ID. */
  | { readonly kind: 'account_unknown' }
  /** No Telegram user has the identifier. */
  | { readonly kind: 'identifier_unknown' }
  /** The identifier is that of a group or a channel. */
  | { readonly kind: 'identifier_not_user' };

/** Thrown by TelegramAccounts. */
export class TelegramAccountFailure extends Failure<TelegramAccountFailureDetails> {}

/** A group to create, in the format of the bridge's clients. */
export interface NewGroup {
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Selects a user's accounts. An account ID can be any text, as sent by the client. */
export type WhichAccounts = 'first' | 'all' | { readonly account: TelegramUserId };

/**
 * The linked Telegram accounts of a Matrix user, oldest first. Every method checks permission first
 * and throws LoginFailure for expected failures between Gangway and Telegram, including
 * `not_logged_in`. Without `account`, the first account is used.
 */
export interface TelegramAccounts {
  /**
   * Requests each account from Telegram, or from the bridge if the bridge has it. Throws
   * `bridge_unreachable` if there are no accounts and the bridge is unreachable.
   */
  accounts(owner: Mxid): Promise<readonly TelegramAccount[]>;
  /** Returns the accounts and the bridge's answer about the user. */
  listAccounts(owner: Mxid): Promise<AccountList>;
  /**
   * Deletes accounts and ends their sessions at Telegram, later if that fails now. Returns their
   * IDs. Succeeds if the user is already logged out. Throws `account_unknown` if a selected account
   * is not the owner's. Logins at the bridge that Telegram has ended are removed from it too.
   * Throws `bridge_unreachable` if there is nothing to delete and the bridge is unreachable.
   */
  logOut(owner: Mxid, which: WhichAccounts): Promise<readonly TelegramUserId[]>;
  /** contacts.getContacts; empty for bots. */
  contacts(owner: Mxid, account?: TelegramUserId): Promise<readonly VisibleUser[]>;
  /**
   * The newest dialogs (messages.getDialogs), at most 100; empty for bots. Throws
   * `chats_unavailable` if the bridge has the account.
   */
  chats(owner: Mxid, account?: TelegramUserId): Promise<readonly TelegramChat[]>;
  /**
   * Returns the user of a username (with or without @, or as a t.me link), a phone number with +,
   * or a contact's ID.
   */
  resolveIdentifier(owner: Mxid, identifier: string, account?: TelegramUserId): Promise<VisibleUser>;
  /** contacts.search; empty for bots. */
  searchUsers(owner: Mxid, query: string, account?: TelegramUserId): Promise<readonly VisibleUser[]>;
  /**
   * Requests the room of a direct chat from the bridge, which creates it if needed. Returns
   * undefined if the bridge does not have the account. Throws `identifier_unknown` if the
   * identifier names no user.
   */
  createDm(owner: Mxid, identifier: string, account?: TelegramUserId): Promise<StartedChat | undefined>;
  /**
   * Creates a group at the bridge. Returns its answer, or undefined if the bridge does not have the
   * account.
   */
  createGroup(owner: Mxid, group: NewGroup, account?: TelegramUserId): Promise<BridgeGroup | undefined>;
  /**
   * Forwards a request about the account to the bridge. Returns undefined if the bridge does not
   * have the account.
   */
  passToBridge(owner: Mxid, request: BridgeRequest, account?: TelegramUserId): Promise<BridgeReply | undefined>;
}

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
