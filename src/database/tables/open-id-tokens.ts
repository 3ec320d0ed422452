import { EntitySchema, LessThanOrEqual, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of open_id_tokens. */
interface OpenIdTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  expiresAt: number;
}

const schema = new EntitySchema<OpenIdTokenRow>({
  name: 'open_id_tokens',
  tableName: 'open_id_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'open_id_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [{ name: 'open_id_tokens_device', columns: ['mxid', 'deviceId'] }],
});

/** An OpenID token, by hash. It proves a Matrix ID to other services. */
export interface OpenIdTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** The device that requested it. */
  readonly deviceId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores OpenID tokens. */
export interface OpenIdTokenStore {
  /** Returns the token, also if it is expired. */
  find(tokenHash: string): Promise<OpenIdTokenRecord | undefined>;
  insert(record: OpenIdTokenRecord): Promise<void>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Keeps the tokens of the device `keptDeviceId`. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /** Deletes all that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}

function openStore(session: TransactionSession): OpenIdTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    async find(tokenHash) {
      const row = await repository().findOneBy({ tokenHash });
      return row ? { ...row, mxid: row.mxid as Mxid } : undefined;
    },

    async insert(record) {
      await repository().insert({ ...record });
    },

    async deleteByDevice(mxid, deviceId) {
      await session.write('DELETE FROM open_id_tokens WHERE mxid = $1 AND device_id = $2', [mxid, deviceId]);
    },

    async deleteByUser(mxid, keptDeviceId) {
      await repository().delete(keptDeviceId === undefined ? { mxid } : { mxid, deviceId: Not(keptDeviceId) });
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of OpenID tokens. */
export const openIdTokens: Table<OpenIdTokenStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
