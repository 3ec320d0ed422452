import type { Mxid } from '../../base/mxid.js';

/** A device that an account is logged in on. */
export interface DeviceRecord {
  readonly mxid: Mxid;
  readonly deviceId: string;
  readonly displayName: string | undefined;
  readonly createdAt: number;
}

/** Where devices are kept. */
export interface DeviceStore {
  /** Oldest first. */
  listByUser(mxid: Mxid): Promise<DeviceRecord[]>;
  /** False, and nothing written, if the user has that device already. */
  insert(record: DeviceRecord): Promise<boolean>;
  find(mxid: Mxid, deviceId: string): Promise<DeviceRecord | undefined>;
  /** Returns false if the user has no such device. */
  rename(mxid: Mxid, deviceId: string, displayName: string | undefined): Promise<boolean>;
  delete(mxid: Mxid, deviceId: string): Promise<void>;
  /** The device `keptDeviceId` stays. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
}
