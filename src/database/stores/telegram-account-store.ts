import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** A Telegram account that a Matrix user is logged in to. `session` and `profile` are sealed at rest. */
export interface TelegramAccountRecord {
  readonly id: string;
  readonly owner: Mxid;
  /** Unique over all accounts. */
  readonly telegramUserId: string;
  readonly session: Secret;
  /** JSON of what Telegram last said of the user. */
  readonly profile: Secret;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Where logged-in Telegram accounts are kept. A Matrix ID may have several. */
export interface TelegramAccountStore {
  /** Oldest first. */
  listByOwner(owner: Mxid): Promise<TelegramAccountRecord[]>;
  find(id: string): Promise<TelegramAccountRecord | undefined>;
  /** Whether it is there; if so, nobody else changes or deletes it until the transaction is over. */
  hold(id: string): Promise<boolean>;
  /** Who is logged in to that Telegram account, if anybody. */
  findByTelegramUserId(telegramUserId: string): Promise<TelegramAccountRecord | undefined>;
  /** False, and nothing written, where somebody is logged in to that Telegram account already (by the unique constraint). */
  insert(record: TelegramAccountRecord): Promise<boolean>;
  /** Replaces session, profile and updatedAt of the account with that id; false where it is gone. */
  update(record: TelegramAccountRecord): Promise<boolean>;
  /** The account with that id has this id, session, profile and updatedAt from now on, and what refers to it follows; false where it is gone. */
  replace(id: string, record: TelegramAccountRecord): Promise<boolean>;
  /** Whether there was one to delete. */
  delete(id: string): Promise<boolean>;
}
