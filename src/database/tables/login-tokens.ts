import { EntitySchema, IsNull, LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, optionalEpochMs, primaryText, text } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of login_tokens. */
interface LoginTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

const schema = new EntitySchema<LoginTokenRow>({
  name: 'login_tokens',
  tableName: 'login_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'login_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    createdAt: epochMs('created_at'),
    expiresAt: epochMs('expires_at'),
    usedAt: optionalEpochMs('used_at'),
  },
  indices: [{ name: 'login_tokens_mxid', columns: ['mxid'] }],
});

/** A login token, by hash, for one login. */
export interface LoginTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** The device that requested it. */
  readonly deviceId: string;
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores login tokens. */
export interface LoginTokenStore {
  /** Returns the token, also if it is expired or used. */
  find(tokenHash: string): Promise<LoginTokenRecord | undefined>;
  insert(record: LoginTokenRecord): Promise<void>;
  /**
   * Marks the token as used. Returns true to exactly one caller, also if the token has expired.
   * Returns false if there is no such token.
   */
  use(tokenHash: string, at: number): Promise<boolean>;
  /** Returns when the user's newest token was created (epoch ms), or undefined. */
  findNewestTime(mxid: Mxid): Promise<number | undefined>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Keeps the tokens of the device `keptDeviceId`. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /** Deletes tokens that expired at or before `until` (epoch ms), used or not. */
  deleteExpired(until: number): Promise<void>;
}

function openStore(session: TransactionSession): LoginTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

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
      await session.write('DELETE FROM login_tokens WHERE mxid = $1 AND device_id = $2', [mxid, deviceId]);
    },

    async deleteByUser(mxid, keptDeviceId) {
      await repository().delete(keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) });
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of login tokens. */
export const loginTokens: Table<LoginTokenStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
