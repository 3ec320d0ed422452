import type { BridgeUser } from '../bridge/bridge.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramFault } from '../telegram/failure.js';
import type { TelegramUser } from '../telegram/shapes.js';

/** Whether a Matrix user is logged in, asked of Telegram; `unsure`, with the last known user, if Telegram or the bridge could not answer. */
export type LoginStatus =
  /** `isUnasked` if the bridge, which may have a login of the user, could not be asked. */
  | { readonly kind: 'logged_out'; readonly isUnasked?: boolean }
  | { readonly kind: 'logged_in'; readonly user: TelegramUser }
  | { readonly kind: 'unsure'; readonly user: TelegramUser; readonly fault: TelegramFault | BridgeDown };

/** The bridge, which has the session, cannot be asked. */
export interface BridgeDown {
  readonly kind: 'bridge_unreachable';
}

/** An account and how it is about it. */
export interface AccountLoginStatus {
  readonly account: TelegramAccountRecord;
  readonly loginStatus: LoginStatus;
}

/** What the bridge answers about a user; undefined if it could not be asked. */
export type BridgeView = BridgeUser | undefined;

/** What the bridge answers about an owner, and the linked accounts as they are on record then, oldest first. */
export interface OwnerView {
  readonly view: BridgeView;
  readonly accounts: readonly TelegramAccountRecord[];
}

/** How it is about all accounts of an owner. */
export interface OwnerLoginStatuses {
  readonly loginStatuses: readonly AccountLoginStatus[];
  readonly view: BridgeView;
}
