import { EntitySchema, IsNull, LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of refresh_tokens. `parentHash` is the hash of the refresh token that ends when this token
 * is first used.
 */
interface RefreshTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  family: string;
  parentHash: string | null;
  createdAt: number;
  expiresAt: number | null;
  spentAt: number | null;
}

const schema = new EntitySchema<RefreshTokenRow>({
  name: 'refresh_tokens',
  tableName: 'refresh_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'refresh_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    family: text('family'),
    parentHash: optionalText('parent_hash'),
    createdAt: epochMs('created_at'),
    expiresAt: optionalEpochMs('expires_at'),
    spentAt: optionalEpochMs('spent_at'),
  },
  indices: [
    { name: 'refresh_tokens_device', columns: ['mxid', 'deviceId'] },
    { name: 'refresh_tokens_family', columns: ['family'] },
    { name: 'refresh_tokens_parent', columns: ['parentHash'] },
  ],
});

/** A refresh token of a device, by hash. */
export interface RefreshTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  readonly deviceId: string;
  /** The same for all tokens that come from one login. */
  readonly family: string;
  /** The hash of the refresh token that it was exchanged for, or undefined after its first use. */
  readonly parentHash: string | undefined;
  readonly createdAt: number;
  /** Epoch ms, or undefined if it does not expire. */
  readonly expiresAt: number | undefined;
  /** When it was spent, epoch ms. Undefined if it may still be used. */
  readonly spentAt: number | undefined;
}

/** Stores refresh tokens. It keeps spent ones, so that a second use is detected. */
export interface RefreshTokenStore {
  find(tokenHash: string): Promise<RefreshTokenRecord | undefined>;
  insert(record: RefreshTokenRecord): Promise<void>;
  /**
   * Confirms `tokenHash` as the token that is used of those exchanged for `parentHash`. That token
   * is spent, and others exchanged for it expire.
   */
  settle(parentHash: string, tokenHash: string, at: number): Promise<void>;
  /** Marks all tokens of the family as spent. */
  spendFamily(family: string, at: number): Promise<void>;
  /** Deletes unused tokens that were exchanged for `parentHash`, except the newest `kept`. */
  deleteOldestUnused(family: string, parentHash: string, kept: number): Promise<void>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Keeps the tokens of the device `keptDeviceId`. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /**
   * Deletes tokens that were spent at or before `until` (epoch ms), or expired by then without
   * being used.
   */
  deleteOver(until: number): Promise<void>;
}

// Limits the rows that one request deletes.
const maxSurplus = 500;

function openStore(session: TransactionSession): RefreshTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
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

/** The table of refresh tokens. */
export const refreshTokens: Table<RefreshTokenStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
