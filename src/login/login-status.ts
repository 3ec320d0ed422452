import type { BridgeUser } from '../bridge/bridge.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramFailureDetails } from '../telegram/failure.js';
import type { TelegramUser } from '../telegram/shapes.js';

/**
 * The login status of a Matrix user, requested from Telegram; `unsure`, with the last known user,
 * if Telegram or the bridge could not answer.
 */
export type LoginStatus =
  /** `isUnasked` if the bridge, which may have a login of the user, was unreachable. */
  | { readonly kind: 'logged_out'; readonly isUnasked?: boolean }
  | { readonly kind: 'logged_in'; readonly user: TelegramUser }
  | { readonly kind: 'unsure'; readonly user: TelegramUser; readonly failure: TelegramFailureDetails | BridgeDown };

/** The bridge, which has the session, is unreachable. */
export interface BridgeDown {
  readonly kind: 'bridge_unreachable';
}

/** An account and its status. */
export interface AccountLoginStatus {
  readonly account: TelegramAccountRecord;
  readonly loginStatus: LoginStatus;
}

/** The bridge's answer about a user; undefined if it was unreachable. */
export type BridgeView = BridgeUser | undefined;

/** The bridge's answer about an owner, and the linked accounts as stored then, oldest first. */
export interface OwnerView {
  readonly view: BridgeView;
  readonly accounts: readonly TelegramAccountRecord[];
}

/** The status of all accounts of an owner. */
export interface OwnerLoginStatuses {
  readonly loginStatuses: readonly AccountLoginStatus[];
  readonly view: BridgeView;
}
