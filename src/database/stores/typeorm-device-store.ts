import type { Mxid } from '../../base/mxid.js';
import { devices } from '../entities/devices.js';
import type { TransactionSession } from '../transaction-session.js';
import type { DeviceStore } from './device-store.js';

/** The devices of all accounts, within one transaction. */
export function createDeviceStore(session: TransactionSession): DeviceStore {
  const repository = () => session.queryRunner.manager.getRepository(devices);

  return {
    async listByUser(mxid) {
      const rows = await repository().find({ where: { mxid }, order: { createdAt: 'ASC', deviceId: 'ASC' } });
      return rows.map((row) => ({
        mxid: row.mxid as Mxid,
        deviceId: row.deviceId,
        displayName: row.displayName ?? undefined,
        createdAt: row.createdAt,
      }));
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

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },
  };
}
