import type { Mxid } from '../../base/mxid.js';

/** An OpenID token, by hash: whoever has it may know whose it is. */
export interface OpenIdTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** The device whose login asked for it. */
  readonly deviceId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where OpenID tokens are kept. */
export interface OpenIdTokenStore {
  /** Expired ones too. */
  find(tokenHash: string): Promise<OpenIdTokenRecord | undefined>;
  insert(record: OpenIdTokenRecord): Promise<void>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Those of the device `keptDeviceId` stay. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}
