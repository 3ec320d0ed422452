import { EntitySchema, IsNull, LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import { createRowReader } from '../reader.js';
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

const readRows = createRowReader(schema);

function openStore(session: TransactionSession): RefreshTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const rows = readRows(session);
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
      const row = await rows.first('WHERE token_hash = $1', [tokenHash]);
      return row && record(row);
    },

    async insert({ tokenHash, mxid, deviceId, family, parentHash, createdAt, expiresAt, spentAt }) {
      await session.write(
        `INSERT INTO refresh_tokens
           (token_hash, mxid, device_id, family, parent_hash, created_at, expires_at, spent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [tokenHash, mxid, deviceId, family, parentHash ?? null, createdAt, expiresAt ?? null, spentAt ?? null],
      );
    },

    async settle(parentHash, tokenHash, at) {
      await session.write('UPDATE refresh_tokens SET spent_at = $1 WHERE token_hash = $2 AND spent_at IS NULL', [
        at,
        parentHash,
      ]);
      await session.write(
        `UPDATE refresh_tokens SET parent_hash = NULL, spent_at = $1, expires_at = $2
         WHERE parent_hash = $3 AND token_hash <> $4`,
        [at, at, parentHash, tokenHash],
      );
      await session.write('UPDATE refresh_tokens SET parent_hash = NULL WHERE parent_hash = $1', [parentHash]);
    },

    async spendFamily(family, at) {
      await repository().update({ family, spentAt: IsNull() }, { spentAt: at });
    },

    async deleteOldestUnused(family, parentHash, kept) {
      await session.write(
        `DELETE FROM refresh_tokens WHERE token_hash IN (
           SELECT token_hash FROM refresh_tokens WHERE family = $1 AND parent_hash = $2
           ORDER BY created_at DESC, token_hash LIMIT ${maxSurplus} OFFSET $3)`,
        [family, parentHash, kept],
      );
    },

    async deleteByDevice(mxid, deviceId) {
      await session.write('DELETE FROM refresh_tokens WHERE mxid = $1 AND device_id = $2', [mxid, deviceId]);
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
