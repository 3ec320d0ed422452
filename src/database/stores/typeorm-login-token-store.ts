import { IsNull, LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { loginTokens } from '../entities/login-tokens.js';
import type { TransactionSession } from '../transaction-session.js';
import type { LoginTokenStore } from './login-token-store.js';

/** Returns the login tokens of all users, within one transaction. */
export function createLoginTokenStore(session: TransactionSession): LoginTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(loginTokens);

  return {
    async find(tokenHash) {
      const row = await repository().findOneBy({ tokenHash });
      if (!row) return undefined;
      const { mxid, deviceId, createdAt, expiresAt } = row;
      return { tokenHash, mxid: mxid as Mxid, deviceId, createdAt, expiresAt };
    },

    async insert(record) {
      await repository().insert({ ...record, usedAt: null });
    },

    async use(tokenHash, at) {
      const result = await repository().update({ tokenHash, usedAt: IsNull() }, { usedAt: at });
      return result.affected === 1;
    },

    async findNewestTime(mxid) {
      const row = await repository().findOne({ where: { mxid }, order: { createdAt: 'DESC' } });
      return row?.createdAt;
    },

    async deleteByDevice(mxid, deviceId) {
      await repository().delete({ mxid, deviceId });
    },

    async deleteByUser(mxid, keptDeviceId) {
      await repository().delete(keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) });
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}
