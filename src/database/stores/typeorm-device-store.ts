import { Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type DeviceRow, devices } from '../entities/devices.js';
import type { TransactionSession } from '../transaction-session.js';
import type { DeviceRecord, DeviceStore } from './device-store.js';

/** Returns the devices of all accounts, within one transaction. */
export function createDeviceStore(session: TransactionSession): DeviceStore {
  const repository = () => session.queryRunner.manager.getRepository(devices);
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
      const result = await session.queryRunner.query(
        `INSERT INTO devices (mxid, device_id, display_name, created_at)
         VALUES ($1, $2, $3, $4) ON CONFLICT (mxid, device_id) DO NOTHING`,
        [mxid, deviceId, displayName ?? null, createdAt],
        true,
      );
      return result.affected === 1;
    },

    async delete(mxid, deviceId) {
      await repository().delete({ mxid, deviceId });
    },

    async deleteByUser(mxid, keptDeviceId) {
      await repository().delete(keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) });
    },
  };
}
