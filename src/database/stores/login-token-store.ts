import type { Mxid } from '../../base/mxid.js';

/** A login token, by hash, good for one login. */
export interface LoginTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** The device whose login asked for it. */
  readonly deviceId: string;
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where login tokens are kept. */
export interface LoginTokenStore {
  /** Expired and used ones too. */
  find(tokenHash: string): Promise<LoginTokenRecord | undefined>;
  insert(record: LoginTokenRecord): Promise<void>;
  /**
   * True to exactly one of those who ask, whether it has expired or not, or false if there is no
   * such token.
   */
  use(tokenHash: string, at: number): Promise<boolean>;
  /** When the user's newest one was made (epoch ms), if there is one. */
  findNewestTime(mxid: Mxid): Promise<number | undefined>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Those of the device `keptDeviceId` stay. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms), used or not. */
  deleteExpired(until: number): Promise<void>;
}
