import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** A Matrix account of this server. */
export interface AccountRecord {
  readonly mxid: Mxid;
  /** A PHC string, or undefined if the account has no password. */
  readonly passwordHash: Secret | undefined;
  readonly createdAt: number;
  readonly deactivatedAt: number | undefined;
}

/**
 * Where Matrix accounts are kept. One that is deactivated stays, so that nobody else gets its name.
 */
export interface AccountStore {
  /**
   * Returns the account of exactly that name, otherwise the only one whose name differs in upper
   * and lower case alone.
   */
  findByName(mxid: Mxid): Promise<AccountRecord | undefined>;
  /** Returns the account of exactly that name. */
  find(mxid: Mxid): Promise<AccountRecord | undefined>;
  /**
   * Returns the account of exactly that name; until the transaction is over nobody else changes it
   * or holds it.
   */
  hold(mxid: Mxid): Promise<AccountRecord | undefined>;
  /** By name. */
  list(): Promise<AccountRecord[]>;
  /** False, and nothing written, if there is an account of exactly that name. */
  insert(record: AccountRecord): Promise<boolean>;
  /** Returns false if there is no such account. */
  setPasswordHash(mxid: Mxid, passwordHash: Secret): Promise<boolean>;
  /** Returns false if there is no such account. */
  deactivate(mxid: Mxid, at: number): Promise<boolean>;
}
