import { IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type AccessTokenRow, accessTokens } from '../entities/access-tokens.js';
import type { TransactionSession } from '../transaction-session.js';
import type { AccessTokenRecord, AccessTokenStore } from './access-token-store.js';

// Rows that an older version left behind go bit by bit.
const maxSurplus = 500;

/** Returns the access tokens of all devices, within one transaction. */
export function createAccessTokenStore(session: TransactionSession): AccessTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(accessTokens);
  const record = (row: AccessTokenRow): AccessTokenRecord => ({
    tokenHash: row.tokenHash,
    mxid: row.mxid as Mxid,
    deviceId: row.deviceId,
    family: row.family,
    parentHash: row.parentHash ?? undefined,
    refreshHash: row.refreshHash ?? undefined,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? undefined,
  });

  return {
    async find(tokenHash) {
      const row = await repository().findOneBy({ tokenHash });
      return row ? record(row) : undefined;
    },

    async insert({ parentHash, refreshHash, expiresAt, ...rest }) {
      await repository().insert({
        ...rest,
        parentHash: parentHash ?? null,
        refreshHash: refreshHash ?? null,
        expiresAt: expiresAt ?? null,
        supersededAt: null,
      });
    },

    async settle(family, parentHash, refreshHash, at) {
      const siblings = { parentHash, refreshHash: Not(refreshHash) };
      await repository().update(siblings, { parentHash: null, expiresAt: at, supersededAt: at });
      const before = { family, supersededAt: IsNull() };
      await repository().update({ ...before, parentHash: IsNull() }, { supersededAt: at });
      await repository().update({ ...before, parentHash: Not(parentHash) }, { supersededAt: at });
      await repository().update({ parentHash }, { parentHash: null });
    },

    async expireFamily(family, at) {
      await repository().update({ family, expiresAt: IsNull() }, { expiresAt: at });
      await repository().update({ family, expiresAt: MoreThan(at) }, { expiresAt: at });
    },

    async deleteOldestUnused(family, parentHash, kept) {
      const order = { createdAt: 'DESC', tokenHash: 'ASC' } as const;
      const surplus = await repository().find({ where: { family, parentHash }, order, skip: kept, take: maxSurplus });
      if (surplus.length > 0) await repository().delete(surplus.map(({ tokenHash }) => tokenHash));
    },

    async deleteByDevice(mxid, deviceId) {
      await repository().delete({ mxid, deviceId });
    },

    async deleteByUser(mxid, keptDeviceId) {
      await repository().delete(keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) });
    },

    async deleteOver(until) {
      await repository().delete({ supersededAt: LessThanOrEqual(until), expiresAt: LessThanOrEqual(until) });
      await repository().delete({ parentHash: Not(IsNull()), expiresAt: LessThanOrEqual(until) });
    },
  };
}
