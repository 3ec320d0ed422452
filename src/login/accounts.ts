import { Failure } from '../base/failure.js';
import type { Mxid } from '../base/mxid.js';
import type { BridgeGroup, BridgeLogin, BridgeReply, BridgeRequest, BridgeUser } from '../bridge/bridge.js';
import type { SessionHolder } from '../database/tables/telegram-accounts.js';
import type { TelegramChat, TelegramContact, TelegramUser, TelegramUserId } from '../telegram/shapes.js';

/** How it is about the session of an account, asked of Telegram just now. */
export type AccountCondition =
  | 'connected'
  /** Telegram could not say: nothing is known against the session. */
  | 'trouble'
  /** Telegram has ended the session. The account is forgotten: this is the last time that it is listed. */
  | 'ended';

/** A Telegram account of a Matrix user. */
export interface TelegramAccount {
  /** What Telegram last said; `user.id` names the account. */
  readonly user: TelegramUser;
  readonly condition: AccountCondition;
  /** When (epoch ms) the user logged in, or when a login of the bridge was seen first. */
  readonly since: number;
  /** Which program has the session. */
  readonly heldBy: SessionHolder;
  /** What the bridge answers about the login; undefined unless the bridge has it and can be asked. */
  readonly bridge?: BridgeLogin | undefined;
}

/** The linked accounts of a Matrix user, and what the bridge says about the user. */
export interface AccountList {
  readonly accounts: readonly TelegramAccount[];
  /** Undefined without a bridge, or while it cannot be asked. */
  readonly bridge: BridgeUser | undefined;
}

/** A Telegram user that an account sees. */
export interface FoundPerson extends TelegramContact {
  /** What the bridge has made of the user; undefined unless the bridge has the account. */
  readonly matrix?: MatrixPerson | undefined;
}

/** A Telegram user as the bridge shows it to Matrix users. */
export interface MatrixPerson {
  /** For example `tel:+441632960123`, `telegram:alice`. */
  readonly identifiers?: readonly string[] | undefined;
  /** Of the ghost. */
  readonly mxid?: string | undefined;
  readonly avatarUrl?: string | undefined;
  readonly dmRoom?: string | undefined;
}

/** A chat with a Telegram user, which has a room. */
export interface StartedChat extends FoundPerson {
  /** Whether the room was made by this request. */
  readonly isNew: boolean;
}

/** What can be wrong with a request about an account. */
export type TelegramAccountFault =
  /** The owner has no account of this name. */
  | { readonly kind: 'account_unknown' }
  /** Telegram knows nobody by that identifier. */
  | { readonly kind: 'identifier_unknown' }
  /** The identifier is a group's or a channel's. */
  | { readonly kind: 'identifier_not_user' };

/** Thrown by TelegramAccounts. */
export class TelegramAccountFailure extends Failure<TelegramAccountFault> {}

/** A group to be made, as clients of the bridge write it. */
export interface NewGroup {
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Which of a user's accounts are meant; a name of one can be any text, as clients wrote it. */
export type WhichAccounts = 'first' | 'all' | { readonly account: TelegramUserId };

/**
 * The Telegram accounts that a Matrix user is logged in to, oldest first. Every method checks permission first and throws
 * LoginFailure for what is known to go wrong between us and Telegram, `not_logged_in` among it.
 * Without `account`, the first one is meant.
 */
export interface TelegramAccounts {
  /** Asks Telegram about each account, or the bridge about those that it has. `bridge_unreachable` if there is none, and the bridge cannot be asked. */
  accounts(owner: Mxid): Promise<readonly TelegramAccount[]>;
  /** The same, with what the bridge says about the user. */
  listAccounts(owner: Mxid): Promise<AccountList>;
  /**
   * Forgets accounts and ends their sessions at Telegram, later where that cannot be done now; says which.
   * Never fails for being logged out already; `account_unknown` where the one that is named is not the owner's. The bridge's logins that
   * Telegram has ended are removed from it too. `bridge_unreachable` if there is nothing to forget, and the bridge cannot be asked.
   */
  logOut(owner: Mxid, which: WhichAccounts): Promise<readonly TelegramUserId[]>;
  /** contacts.getContacts; nobody for bots. */
  contacts(owner: Mxid, account?: TelegramUserId): Promise<readonly FoundPerson[]>;
  /** The newest dialogs (messages.getDialogs), a hundred at most; none for bots. `chats_unavailable` if the bridge has the account. */
  chats(owner: Mxid, account?: TelegramUserId): Promise<readonly TelegramChat[]>;
  /** Who that is: a username (with or without @, or as a t.me link), a phone number with +, or the ID of a contact. */
  resolveIdentifier(owner: Mxid, identifier: string, account?: TelegramUserId): Promise<FoundPerson>;
  /** contacts.search; nobody for bots. */
  searchUsers(owner: Mxid, query: string, account?: TelegramUserId): Promise<readonly FoundPerson[]>;
  /**
   * Has the bridge make (or find) the room of the chat with that user; undefined if the bridge does not have the account.
   * `identifier_unknown` if it names no user.
   */
  createDm(owner: Mxid, identifier: string, account?: TelegramUserId): Promise<StartedChat | undefined>;
  /** Has the bridge make a group; returns its answer, or undefined if the bridge does not have the account. */
  createGroup(owner: Mxid, group: NewGroup, account?: TelegramUserId): Promise<BridgeGroup | undefined>;
  /** Has the bridge answer a request about the account; undefined if the bridge does not have it. */
  passToBridge(owner: Mxid, request: BridgeRequest, account?: TelegramUserId): Promise<BridgeReply | undefined>;
}
