import { EntitySchema, IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of access_tokens. `parentHash` is the hash of the refresh token that ends when this token
 * is first used. `refreshHash` is the hash of the refresh token that was issued with it.
 */
interface AccessTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  family: string;
  parentHash: string | null;
  refreshHash: string | null;
  createdAt: number;
  expiresAt: number | null;
  supersededAt: number | null;
}

const schema = new EntitySchema<AccessTokenRow>({
  name: 'access_tokens',
  tableName: 'access_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'access_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    family: text('family'),
    parentHash: optionalText('parent_hash'),
    refreshHash: optionalText('refresh_hash'),
    createdAt: epochMs('created_at'),
    expiresAt: optionalEpochMs('expires_at'),
    supersededAt: optionalEpochMs('superseded_at'),
  },
  indices: [
    { name: 'access_tokens_device', columns: ['mxid', 'deviceId'] },
    { name: 'access_tokens_family', columns: ['family'] },
    { name: 'access_tokens_parent', columns: ['parentHash'] },
  ],
});

/** An access token of a device, by hash. */
export interface AccessTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  readonly deviceId: string;
  /** The same for all tokens that come from one login. */
  readonly family: string;
  /** The hash of the refresh token that it was exchanged for, or undefined after its first use. */
  readonly parentHash: string | undefined;
  /** The hash of the refresh token that was issued with it. */
  readonly refreshHash: string | undefined;
  readonly createdAt: number;
  /** Epoch ms, or undefined if it does not expire. */
  readonly expiresAt: number | undefined;
}

/** Finds access tokens. */
export interface AccessTokenReader {
  find(tokenHash: string): Promise<AccessTokenRecord | undefined>;
}

/** Stores access tokens. It keeps expired ones, so that clients receive a soft logout. */
export interface AccessTokenStore extends AccessTokenReader {
  insert(record: AccessTokenRecord): Promise<void>;
  /**
   * Confirms the tokens that were issued with the refresh token `refreshHash` in exchange for
   * `parentHash`. Other tokens of the same exchange expire. Older tokens of the family may be
   * deleted later.
   */
  settle(family: string, parentHash: string, refreshHash: string, at: number): Promise<void>;
  /** Expires all tokens of the family. */
  expireFamily(family: string, at: number): Promise<void>;
  /** Deletes unused tokens that were exchanged for `parentHash`, except the newest `kept`. */
  deleteOldestUnused(family: string, parentHash: string, kept: number): Promise<void>;
  /** Returns the number of deleted tokens. */
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<number>;
  /** Keeps the tokens of the device `keptDeviceId`. Returns the number of deleted tokens. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<number>;
  /**
   * Deletes tokens that expired at or before `until` (epoch ms), if they were never used or were
   * superseded by then.
   */
  deleteOver(until: number): Promise<void>;
}

// Limits the rows that one request deletes.
const maxSurplus = 500;

const readRows = createRowReader(schema);

function openReader(reader: Reader): AccessTokenReader {
  const rows = readRows(reader);
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
      const row = await rows.first('WHERE token_hash = $1', [tokenHash]);
      return row && record(row);
    },
  };
}

function openStore(session: TransactionSession): AccessTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    ...openReader(session),

    async insert({ tokenHash, mxid, deviceId, family, parentHash, refreshHash, createdAt, expiresAt }) {
      await session.write(
        `INSERT INTO access_tokens
           (token_hash, mxid, device_id, family, parent_hash, refresh_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [tokenHash, mxid, deviceId, family, parentHash ?? null, refreshHash ?? null, createdAt, expiresAt ?? null],
      );
    },

    async settle(family, parentHash, refreshHash, at) {
      await session.write(
        `UPDATE access_tokens SET parent_hash = NULL, expires_at = $1, superseded_at = $2
         WHERE parent_hash = $3 AND refresh_hash <> $4`,
        [at, at, parentHash, refreshHash],
      );
      await session.write(
        `UPDATE access_tokens SET superseded_at = $1
         WHERE family = $2 AND superseded_at IS NULL AND (parent_hash IS NULL OR parent_hash <> $3)`,
        [at, family, parentHash],
      );
      await session.write('UPDATE access_tokens SET parent_hash = NULL WHERE parent_hash = $1', [parentHash]);
    },

    async expireFamily(family, at) {
      await repository().update({ family, expiresAt: IsNull() }, { expiresAt: at });
      await repository().update({ family, expiresAt: MoreThan(at) }, { expiresAt: at });
    },

    async deleteOldestUnused(family, parentHash, kept) {
      await session.write(
        `DELETE FROM access_tokens WHERE token_hash IN (
           SELECT token_hash FROM access_tokens WHERE family = $1 AND parent_hash = $2
           ORDER BY created_at DESC, token_hash LIMIT ${maxSurplus} OFFSET $3)`,
        [family, parentHash, kept],
      );
    },

    async deleteByDevice(mxid, deviceId) {
      return session.write('DELETE FROM access_tokens WHERE mxid = $1 AND device_id = $2', [mxid, deviceId]);
    },

    async deleteByUser(mxid, keptDeviceId) {
      const ended = keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) };
      return (await repository().delete(ended)).affected ?? 0;
    },

    async deleteOver(until) {
      await repository().delete({ supersededAt: LessThanOrEqual(until), expiresAt: LessThanOrEqual(until) });
      await repository().delete({ parentHash: Not(IsNull()), expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of access tokens. */
export const accessTokens: ReadableTable<AccessTokenStore, AccessTokenReader> = {
  schemas: [schema],
  sealedColumns: [],
  openReader,
  openStore,
};
