import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramSession } from '../telegram/gateway.js';

/** The status of the hand-over of a linked account. */
export type HandOverStatus =
  /** Gangway holds the session: nothing was handed over. */
  | { readonly state: 'not_handed_over' }
  /**
   * The bridge has not confirmed yet; retried automatically. `reason` is why the last attempt
   * failed.
   */
  | { readonly state: 'pending'; readonly reason: string | null }
  | { readonly state: 'handed_over' }
  /** The bridge refused; `reason` is its message. Gangway holds the session. */
  | { readonly state: 'refused'; readonly reason: string };

/** A session whose linked account is gone. */
export interface OrphanedSession {
  readonly id: string;
  readonly owner: Mxid;
  readonly session: TelegramSession;
  /** Epoch ms. */
  readonly since: number;
}

/** Hands sessions of linked accounts over to the bridge, exclusively and durably. */
export interface HandOvers {
  /**
   * Takes the session of an account claimed in this transaction, if hand-overs are automatic. Call
   * wake() after the transaction.
   */
  begin(tx: Transaction, account: TelegramAccountRecord): Promise<void>;
  /**
   * Starts the hand-over of an account whose session Gangway holds, on request of a user or an
   * administrator. Returns false if there is none.
   */
  request(owner: Mxid, telegramUserId: string): Promise<boolean>;
  /** Makes the first attempt for an account for which begin() was called. */
  wake(accountId: string): void;
  /** Runs the due attempt for the account now. Resolves when it is settled, or after `waitMs`. */
  settle(accountId: string, waitMs: number): Promise<void>;
  /**
   * Returns the status of an account of the owner; undefined if it is not linked. Unless `waitMs`
   * is 0, retries a pending hand-over now and waits for at most `waitMs`.
   */
  findStatus(owner: Mxid, telegramUserId: string, waitMs: number): Promise<HandOverStatus | undefined>;
}

/** The hand-overs and the loop that runs them. */
export interface HandOverService extends HandOvers {
  start(): void;
  /**
   * Resolves when attempts in progress are over, or soon: interrupted ones continue after the next
   * start.
   */
  stop(): Promise<void>;
  /** Deletes old refused hand-overs. */
  sweep(): Promise<void>;
}
