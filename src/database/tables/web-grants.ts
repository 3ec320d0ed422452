import { EntitySchema, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';
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

/** Finds tokens for the web page. */
export interface WebGrantReader {
  /** Returns the token of that kind, also if it is expired. */
  find(kind: WebGrantKind, tokenHash: string): Promise<WebGrantRecord | undefined>;
}

/** Stores tokens for the web page. */
export interface WebGrantStore extends WebGrantReader {
  insert(record: WebGrantRecord): Promise<void>;
  /** Returns true to exactly one caller, and false if there is no such token. */
  delete(kind: WebGrantKind, tokenHash: string): Promise<boolean>;
  /** Keeps the newest `kept` tokens of that kind of the owner. */
  deleteOldest(kind: WebGrantKind, owner: Mxid, kept: number): Promise<void>;
  /** Deletes sessions and links. Returns the number of deleted sessions. */
  deleteByUser(owner: Mxid): Promise<number>;
  /** Deletes all that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}

const readRows = createRowReader(schema);

function openReader(reader: Reader): WebGrantReader {
  const rows = readRows(reader);

  return {
    async find(kind, tokenHash) {
      const row = await rows.first('WHERE token_hash = $1 AND kind = $2', [tokenHash, kind]);
      return row && { ...row, kind, owner: row.owner as Mxid };
    },
  };
}

function openStore(session: TransactionSession): WebGrantStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    ...openReader(session),

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
      await repository().delete({ kind: 'link', owner });
      return (await repository().delete({ kind: 'session', owner })).affected ?? 0;
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of tokens for the web page. */
export const webGrants: ReadableTable<WebGrantStore, WebGrantReader> = {
  schemas: [schema],
  sealedColumns: [],
  openReader,
  openStore,
};
