import { EntitySchema, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of web_grants. */
interface WebGrantRow {
  tokenHash: string;
  kind: string;
  owner: string;
  createdAt: number;
  expiresAt: number;
}

const schema = new EntitySchema<WebGrantRow>({
  name: 'web_grants',
  tableName: 'web_grants',
  columns: {
    tokenHash: primaryText('token_hash', 'web_grants_pkey'),
    kind: text('kind'),
    owner: text('owner'),
    createdAt: epochMs('created_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'web_grants_owner', columns: ['owner', 'kind'] },
    { name: 'web_grants_expiry', columns: ['expiresAt'] },
  ],
});

/** A session of the web page, or a one-time link that starts one. */
export type WebGrantKind = 'session' | 'link';

/** A token for the web page, by hash. */
export interface WebGrantRecord {
  readonly tokenHash: string;
  readonly kind: WebGrantKind;
  readonly owner: Mxid;
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores tokens for the web page. */
export interface WebGrantStore {
  /** Returns the token of that kind, also if it is expired. */
  find(kind: WebGrantKind, tokenHash: string): Promise<WebGrantRecord | undefined>;
  insert(record: WebGrantRecord): Promise<void>;
  /** Returns true to exactly one caller, and false if there is no such token. */
  delete(kind: WebGrantKind, tokenHash: string): Promise<boolean>;
  /** Keeps the newest `kept` tokens of that kind of the owner. */
  deleteOldest(kind: WebGrantKind, owner: Mxid, kept: number): Promise<void>;
  deleteByUser(owner: Mxid): Promise<void>;
  /** Deletes all that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}

function openStore(session: TransactionSession): WebGrantStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    async find(kind, tokenHash) {
      const row = await repository().findOneBy({ kind, tokenHash });
      return row ? { ...row, kind, owner: row.owner as Mxid } : undefined;
    },

    async insert(record) {
      await repository().insert({ ...record });
    },

    async delete(kind, tokenHash) {
      const result = await repository().delete({ kind, tokenHash });
      return result.affected === 1;
    },

    async deleteOldest(kind, owner, kept) {
      const rows = await repository().find({ where: { kind, owner }, order: { createdAt: 'DESC' } });
      for (const { tokenHash } of rows.slice(kept)) await repository().delete({ tokenHash });
    },

    async deleteByUser(owner) {
      await repository().delete({ owner });
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of tokens for the web page. */
export const webGrants: Table<WebGrantStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
