import type { Mxid } from '../../base/mxid.js';

/** A token of a user of the identity service, by hash. */
export interface IdentityTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch ms: a late use, or the making. */
  readonly usedAt: number;
}

/** Where the tokens of the identity service's users are kept. */
export interface IdentityTokenStore {
  find(tokenHash: string): Promise<IdentityTokenRecord | undefined>;
  insert(record: IdentityTokenRecord): Promise<void>;
  /** Remembers a use. */
  touch(tokenHash: string, at: number): Promise<void>;
  /** Returns whether there was one to delete. */
  delete(tokenHash: string): Promise<boolean>;
  deleteByUser(mxid: Mxid): Promise<void>;
  /** Forgets those that were last used at or before `until` (epoch ms). */
  deleteUnused(until: number): Promise<void>;
}
