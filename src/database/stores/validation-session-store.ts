import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/**
 * A session in which an address, in its canonical form, is proven. Address, alias and link are
 * sealed at rest.
 */
export interface ValidationSessionRecord {
  readonly id: string;
  readonly purpose: 'identity' | 'account' | 'password';
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
  /** Another form in which clients hash the address, if there is one. */
  readonly alias: string | undefined;
  /** Who asked for the token, if that is known. */
  readonly mxid: Mxid | undefined;
  readonly nextLink: string | undefined;
  /** The greatest number of an attempt for which a message went out. */
  readonly lastAttempt: number | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly validatedAt: number | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** A token that was sent for a session. */
export interface ValidationTokenRecord {
  readonly id: string;
  readonly sessionId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** How often it was guessed at. */
  readonly wrongGuesses: number;
}

/** What names a session; who does not know the client secret does not learn that there is one. */
export interface ValidationSessionKey {
  readonly id: string;
  readonly purpose: 'identity' | 'account' | 'password';
  readonly clientSecret: Secret;
}

/** A token that was made for an address. */
export interface SentToken extends Pick<ValidationSessionRecord, 'mxid'> {
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Where validation sessions and their tokens are kept; of client secrets and tokens only keyed
 * hashes.
 */
export interface ValidationSessionStore {
  find(key: ValidationSessionKey): Promise<ValidationSessionRecord | undefined>;
  /** As `find`; nobody else holds or changes the session until the transaction is over. */
  hold(key: ValidationSessionKey): Promise<ValidationSessionRecord | undefined>;
  /**
   * Returns the newest one of that address, secret and user that is not validated, and has not
   * expired at `now`.
   */
  findOpen(
    wanted: Pick<ValidationSessionRecord, 'purpose' | 'medium' | 'address' | 'mxid'> & {
      readonly clientSecret: Secret;
    },
    now: number,
  ): Promise<ValidationSessionRecord | undefined>;
  insert(record: ValidationSessionRecord, clientSecret: Secret): Promise<void>;
  setNextLink(id: string, nextLink: string | undefined): Promise<void>;
  /** Remembers that a message went out for that attempt, unless one for a later attempt has. */
  advance(id: string, attempt: number): Promise<void>;
  validate(id: string, validatedAt: number, expiresAt: number): Promise<void>;
  /** With its tokens. */
  delete(id: string): Promise<void>;
  insertToken(record: ValidationTokenRecord, token: Secret): Promise<void>;
  deleteToken(id: string): Promise<void>;
  /** Returns all tokens of a session, oldest first, and which of them are the given one. */
  compareTokens(sessionId: string, given: Secret): Promise<(ValidationTokenRecord & { readonly isGiven: boolean })[]>;
  /** Counts one more wrong guess against each of these tokens. */
  chargeTokens(ids: readonly string[]): Promise<void>;
  /**
   * When tokens were made for that address after `since` (epoch ms) for any purpose, and for which
   * user; oldest first.
   */
  listSent(address: Pick<ValidationSessionRecord, 'medium' | 'address'>, since: number): Promise<readonly SentToken[]>;
  /**
   * Expires the sessions that the user asked for, and those with the purpose `password` for these
   * addresses. Their tokens still count against the limits of the addresses.
   */
  expireByUser(
    mxid: Mxid,
    addresses: readonly Pick<ValidationSessionRecord, 'medium' | 'address'>[],
    at: number,
  ): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms), with their tokens. */
  deleteExpired(until: number): Promise<void>;
}
