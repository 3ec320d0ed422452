import type { Mxid } from '../../base/mxid.js';

/**
 * A third-party address, in its canonical form, that was added to an account. The address is sealed
 * at rest.
 */
export interface AccountAddressRecord {
  readonly id: string;
  readonly mxid: Mxid;
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
  /** When its owner proved it, epoch ms. */
  readonly validatedAt: number;
  /** Epoch milliseconds. */
  readonly addedAt: number;
  /** The id of the Telegram account whose login proves it, and with which it goes. */
  readonly telegramAccountId: string | undefined;
}

/** If it is kept which addresses were added to which accounts, each to at most one. */
export interface AccountAddressStore {
  find(wanted: Pick<AccountAddressRecord, 'medium' | 'address'>): Promise<AccountAddressRecord | undefined>;
  /** As it is; nobody else changes or deletes it until the transaction is over. */
  hold(id: string): Promise<AccountAddressRecord | undefined>;
  /** Returns those that the login to that Telegram account proves. */
  listByTelegramAccount(telegramAccountId: string): Promise<AccountAddressRecord[]>;
  /**
   * Returns the ids of the Telegram accounts whose logins prove addresses, in the order of their
   * code points.
   */
  listTelegramAccountIds(): Promise<string[]>;
  /** Oldest first. */
  listByUser(mxid: Mxid): Promise<AccountAddressRecord[]>;
  /**
   * False, and nothing written, if the address was added to an account already, to that one or
   * another.
   */
  insert(record: AccountAddressRecord): Promise<boolean>;
  /** Returns whether there was one to delete. */
  delete(id: string): Promise<boolean>;
  deleteByUser(mxid: Mxid): Promise<void>;
}
