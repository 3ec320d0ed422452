import type { Mxid } from '../../base/mxid.js';

/** A login token, by hash, good for one login. */
export interface LoginTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  readonly createdAt: number;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Where login tokens are kept. */
export interface LoginTokenStore {
  insert(record: LoginTokenRecord): Promise<void>;
  /** The token of that hash, expired or not, to exactly one of those who ask; to later ones it is unknown. */
  use(tokenHash: string, at: number): Promise<LoginTokenRecord | undefined>;
  /** When the user's newest one was made (epoch ms), where there is one. */
  findNewestTime(mxid: Mxid): Promise<number | undefined>;
  deleteByUser(mxid: Mxid): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms), used or not. */
  deleteExpired(until: number): Promise<void>;
}
