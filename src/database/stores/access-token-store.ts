import type { Mxid } from '../../base/mxid.js';

/** An access token of a device, by hash. */
export interface AccessTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  readonly deviceId: string;
  /** What all tokens have in common that come from one login. */
  readonly family: string;
  /** The hash of the refresh token that this one was given for; undefined from the first use on. */
  readonly parentHash: string | undefined;
  /** The hash of the refresh token that was given out with this one. */
  readonly refreshHash: string | undefined;
  readonly createdAt: number;
  /** Epoch ms, or undefined if it does not expire. */
  readonly expiresAt: number | undefined;
}

/**
 * Where access tokens are kept. An expired one is kept too, so that its user can be told that it is
 * only that.
 */
export interface AccessTokenStore {
  find(tokenHash: string): Promise<AccessTokenRecord | undefined>;
  insert(record: AccessTokenRecord): Promise<void>;
  /**
   * Says that what was given out with the refresh token `refreshHash`, in exchange for
   * `parentHash`, is in use: all else that was given for that expires, and all else of the family
   * may be forgotten some day.
   */
  settle(family: string, parentHash: string, refreshHash: string, at: number): Promise<void>;
  /** Lets the whole family expire. */
  expireFamily(family: string, at: number): Promise<void>;
  /**
   * Deletes what was given for the refresh token `parentHash` and was not used, except the newest
   * `kept`.
   */
  deleteOldestUnused(family: string, parentHash: string, kept: number): Promise<void>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Those of the device `keptDeviceId` stay. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /**
   * Deletes those that expired at or before `until` (epoch ms), if they were never used or if
   * others took their place by then.
   */
  deleteOver(until: number): Promise<void>;
}
