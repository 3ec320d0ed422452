import { IsNull, LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type RefreshTokenRow, refreshTokens } from '../entities/refresh-tokens.js';
import type { TransactionSession } from '../transaction-session.js';
import type { RefreshTokenRecord, RefreshTokenStore } from './refresh-token-store.js';

// Rows that an older version left behind go bit by bit.
const maxSurplus = 500;

/** Returns the refresh tokens of all devices, within one transaction. */
export function createRefreshTokenStore(session: TransactionSession): RefreshTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(refreshTokens);
  const record = (row: RefreshTokenRow): RefreshTokenRecord => ({
    tokenHash: row.tokenHash,
    mxid: row.mxid as Mxid,
    deviceId: row.deviceId,
    family: row.family,
    parentHash: row.parentHash ?? undefined,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? undefined,
    spentAt: row.spentAt ?? undefined,
  });

  return {
    async find(tokenHash) {
      const row = await repository().findOneBy({ tokenHash });
      return row ? record(row) : undefined;
    },

    async insert({ parentHash, expiresAt, spentAt, ...rest }) {
      await repository().insert({
        ...rest,
        parentHash: parentHash ?? null,
        expiresAt: expiresAt ?? null,
        spentAt: spentAt ?? null,
      });
    },

    async settle(parentHash, tokenHash, at) {
      await repository().update({ tokenHash: parentHash, spentAt: IsNull() }, { spentAt: at });
      const siblings = { parentHash, tokenHash: Not(tokenHash) };
      await repository().update(siblings, { parentHash: null, spentAt: at, expiresAt: at });
      await repository().update({ parentHash }, { parentHash: null });
    },

    async spendFamily(family, at) {
      await repository().update({ family, spentAt: IsNull() }, { spentAt: at });
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
      await repository().delete({ spentAt: LessThanOrEqual(until) });
      await repository().delete({ parentHash: Not(IsNull()), expiresAt: LessThanOrEqual(until) });
    },
  };
}
