import type { Mxid } from '../../base/mxid.js';

/** A refresh token of a device, by hash. */
export interface RefreshTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  readonly deviceId: string;
  /** What all tokens have in common that come from one login. */
  readonly family: string;
  /** The hash of the refresh token that this one was given for; undefined from the first use on. */
  readonly parentHash: string | undefined;
  readonly createdAt: number;
  /** Epoch ms, or undefined if it does not expire. */
  readonly expiresAt: number | undefined;
  /** Epoch ms, or undefined if it may still be used. */
  readonly spentAt: number | undefined;
}

/** Where refresh tokens are kept. A spent one is kept too, so that its use is noticed. */
export interface RefreshTokenStore {
  find(tokenHash: string): Promise<RefreshTokenRecord | undefined>;
  insert(record: RefreshTokenRecord): Promise<void>;
  /**
   * Says that of what was given for the token `parentHash`, `tokenHash` is in use: that token is
   * spent, and all else given for it expires.
   */
  settle(parentHash: string, tokenHash: string, at: number): Promise<void>;
  /** Spends the whole family. */
  spendFamily(family: string, at: number): Promise<void>;
  /**
   * Deletes what was given for the token `parentHash` and was not used, except the newest `kept`.
   */
  deleteOldestUnused(family: string, parentHash: string, kept: number): Promise<void>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Those of the device `keptDeviceId` stay. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /**
   * Deletes those that were spent at or before `until` (epoch ms), and those that expired by then
   * before their first use.
   */
  deleteOver(until: number): Promise<void>;
}
