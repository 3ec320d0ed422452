import { EntitySchema, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, optionalText, primaryText } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of devices. */
interface DeviceRow {
  mxid: string;
  deviceId: string;
  displayName: string | null;
  createdAt: number;
}

const schema = new EntitySchema<DeviceRow>({
  name: 'devices',
  tableName: 'devices',
  columns: {
    mxid: primaryText('mxid', 'devices_pkey'),
    deviceId: primaryText('device_id', 'devices_pkey'),
    displayName: optionalText('display_name'),
    createdAt: epochMs('created_at'),
  },
});

/** A device that an account is logged in on. */
export interface DeviceRecord {
  readonly mxid: Mxid;
  readonly deviceId: string;
  readonly displayName: string | undefined;
  readonly createdAt: number;
}

/** Stores devices. */
export interface DeviceStore {
  /** Returns the user's devices, oldest first. */
  listByUser(mxid: Mxid): Promise<DeviceRecord[]>;
  /** Returns false, and writes nothing, if the user has the device already. */
  insert(record: DeviceRecord): Promise<boolean>;
  find(mxid: Mxid, deviceId: string): Promise<DeviceRecord | undefined>;
  /** Returns false if the user has no such device. */
  rename(mxid: Mxid, deviceId: string, displayName: string | undefined): Promise<boolean>;
  delete(mxid: Mxid, deviceId: string): Promise<void>;
  /** Keeps the device `keptDeviceId`. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
}

function openStore(session: TransactionSession): DeviceStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const record = (row: DeviceRow): DeviceRecord => ({
    mxid: row.mxid as Mxid,
    deviceId: row.deviceId,
    displayName: row.displayName ?? undefined,
    createdAt: row.createdAt,
  });

  return {
    async listByUser(mxid) {
      const rows = await repository().find({ where: { mxid }, order: { createdAt: 'ASC', deviceId: 'ASC' } });
      return rows.map(record);
    },

    async find(mxid, deviceId) {
      const row = await repository().findOneBy({ mxid, deviceId });
      return row ? record(row) : undefined;
    },

    async rename(mxid, deviceId, displayName) {
      const result = await repository().update({ mxid, deviceId }, { displayName: displayName ?? null });
      return result.affected === 1;
    },

    async insert({ mxid, deviceId, displayName, createdAt }) {
      const inserted = await session.write(
        `INSERT INTO devices (mxid, device_id, display_name, created_at)
         VALUES ($1, $2, $3, $4) ON CONFLICT (mxid, device_id) DO NOTHING`,
        [mxid, deviceId, displayName ?? null, createdAt],
      );
      return inserted === 1;
    },

    async delete(mxid, deviceId) {
      await repository().delete({ mxid, deviceId });
    },

    async deleteByUser(mxid, keptDeviceId) {
      await repository().delete(keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) });
    },
  };
}

/** The table of devices that accounts are logged in on. */
export const devices: Table<DeviceStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
