import { LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { openIdTokens } from '../entities/open-id-tokens.js';
import type { TransactionSession } from '../transaction-session.js';
import type { OpenIdTokenStore } from './open-id-token-store.js';

/** Returns the OpenID tokens of all users, within one transaction. */
export function createOpenIdTokenStore(session: TransactionSession): OpenIdTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(openIdTokens);

  return {
    async find(tokenHash) {
      const row = await repository().findOneBy({ tokenHash });
      return row ? { ...row, mxid: row.mxid as Mxid } : undefined;
    },

    async insert(record) {
      await repository().insert({ ...record });
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
