import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramSession } from '../telegram/gateway.js';

/** How far the hand-over of a linked account is. */
export type HandOverStatus =
  /** The session is here: nothing was handed over. */
  | { readonly state: 'not_handed_over' }
  /** The bridge has not confirmed yet; it is asked again by itself. `reason` is why the last attempt failed. */
  | { readonly state: 'pending'; readonly reason: string | null }
  | { readonly state: 'handed_over' }
  /** The bridge does not take it, in its own words. The session is here. */
  | { readonly state: 'refused'; readonly reason: string };

/** A session whose linked account is gone. */
export interface OrphanedSession {
  readonly id: string;
  readonly owner: Mxid;
  readonly session: TelegramSession;
  /** Epoch ms. */
  readonly since: number;
}

/** Gives the sessions of linked accounts to the bridge, exclusively and durably. */
export interface HandOvers {
  /**
   * Takes the session of an account that was claimed in this transaction, if logins are handed over
   * by themselves. Call wake() after the transaction.
   */
  begin(tx: Transaction, account: TelegramAccountRecord): Promise<void>;
  /** Starts the hand-over of an account whose session is here, as a user or an administrator asks for it; returns false if there is none. */
  request(owner: Mxid, telegramUserId: string): Promise<boolean>;
  /** Makes the first attempt for an account for which begin() was called. */
  wake(accountId: string): void;
  /** Tries now what is due for the account, and resolves when that is settled, or after `waitMs`. */
  settle(accountId: string, waitMs: number): Promise<void>;
  /** The status of an account of the owner, undefined if it is not linked. A pending hand-over is tried now and waited for, for `waitMs` at most, unless that is 0. */
  findStatus(owner: Mxid, telegramUserId: string, waitMs: number): Promise<HandOverStatus | undefined>;
}

/** The hand-overs, and the loop that makes them. */
export interface HandOverService extends HandOvers {
  start(): void;
  /** Resolves when attempts under way are over, or soon: what is cut off is taken up again after the next start. */
  stop(): Promise<void>;
  /** Deletes what is remembered of hand-overs that were refused long ago. */
  sweep(): Promise<void>;
}
