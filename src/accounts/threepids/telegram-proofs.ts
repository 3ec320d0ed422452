import { Failure } from '../../base/failure.js';
import type { Mxid } from '../../base/mxid.js';
import type { PhoneNumber } from '../../base/phone.js';
import type { Transaction } from '../../database/database.js';

/**
 * What to do with the phone number of a Telegram login: nothing, offer to add it to the Matrix
 * account, or add it automatically.
 */
export type FromTelegram = 'off' | 'ask' | 'on';

/** The part of a Telegram profile that proves a phone number. */
export interface PhoneHolder {
  readonly id: string;
  readonly phone: PhoneNumber | null;
  readonly isBot: boolean;
}

/** A Telegram account linked to a Matrix user. */
export interface ProvingLogin {
  readonly accountId: string;
  readonly owner: Mxid;
  readonly user: PhoneHolder;
}

/**
 * The state of the number of a Telegram login: it may be added, it is a 3PID of the Matrix account,
 * or it is a 3PID of another one.
 */
export const phoneStandings = ['offered', 'added', 'in_use'] as const;

/** One of `phoneStandings`. */
export type PhoneStanding = (typeof phoneStandings)[number];

/** The reason why the phone number of a Telegram login could not be added to the Matrix account. */
export type TelegramProofFailureDetails =
  /** Bots have no number. */
  | { readonly kind: 'number_missing' }
  /** The user has no Matrix account on this server. */
  | { readonly kind: 'account_missing' }
  | { readonly kind: 'number_in_use' }
  /** The homeserver did not return whether another account has the number. */
  | { readonly kind: 'number_unchecked' }
  /** The Telegram login has ended. */
  | { readonly kind: 'login_over' };

/** Thrown by TelegramProofs. */
export class TelegramProofFailure extends Failure<TelegramProofFailureDetails> {}

/**
 * The phone numbers that Telegram logins prove. Only the owner of a number can log in to Telegram
 * with it, so no code is needed. An added number is removed when the login ends (by a foreign key),
 * and when Telegram reports another number.
 */
export interface TelegramProofs {
  /**
   * Locks the Matrix account until the end of the transaction, in the lock order of all
   * transactions.
   */
  whenReplacing(tx: Transaction, owner: Mxid): Promise<void>;
  /**
   * Keeps the number of a former login if it is the number of this one. Adds the number if that is
   * automatic. A number of another user stays theirs.
   */
  whenClaimed(tx: Transaction, login: ProvingLogin): Promise<void>;
  /** Removes a number that the login no longer proves. */
  whenChanged(tx: Transaction, login: ProvingLogin): Promise<void>;
  /** Returns undefined if there is no number, or no Matrix account on this server. */
  getStatus(owner: Mxid, user: PhoneHolder): Promise<PhoneStanding | undefined>;
  /**
   * Adds the latest number that Telegram reported for the account, which the owner is logged in to,
   * and returns its profile. Idempotent. Throws TelegramProofFailure.
   */
  add(owner: Mxid, user: PhoneHolder): Promise<PhoneHolder>;
  /**
   * Removes the number that this Telegram login of the owner proves, with its binding. It can be
   * added again. Returns false if there is none, or if the number was validated another way.
   */
  remove(owner: Mxid, telegramUserId: string): Promise<boolean>;
  /**
   * Adds numbers automatically if the homeserver must be asked first, and binds added numbers if
   * configured. Retries earlier failures. Must be called regularly.
   */
  publish(): Promise<void>;
  /**
   * Calls `ask` for each login that proves a number, one after another. Stops if Telegram is
   * unreachable.
   */
  check(ask: (accountId: string) => Promise<'checked' | 'unreachable'>): Promise<void>;
}
