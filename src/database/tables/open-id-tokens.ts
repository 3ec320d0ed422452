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

/** An OpenID token, by hash: whoever has it may know whose it is. */
export interface OpenIdTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** The device whose login asked for it. */
  readonly deviceId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where OpenID tokens are kept. */
export interface OpenIdTokenStore {
  /** Expired ones too. */
  find(tokenHash: string): Promise<OpenIdTokenRecord | undefined>;
  insert(record: OpenIdTokenRecord): Promise<void>;
  deleteByDevice(mxid: Mxid, deviceId: string): Promise<void>;
  /** Those of the device `keptDeviceId` stay. */
  deleteByUser(mxid: Mxid, keptDeviceId?: string): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms). */
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

/** The table of OpenID tokens. */
export const openIdTokens: Table<OpenIdTokenStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
