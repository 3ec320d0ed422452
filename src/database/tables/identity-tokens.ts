import { EntitySchema, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of identity_tokens. `usedAt` is not updated on every use. */
interface IdentityTokenRow {
  tokenHash: string;
  mxid: string;
  createdAt: number;
  usedAt: number;
}

const schema = new EntitySchema<IdentityTokenRow>({
  name: 'identity_tokens',
  tableName: 'identity_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'identity_tokens_pkey'),
    mxid: text('mxid'),
    createdAt: epochMs('created_at'),
    usedAt: epochMs('used_at'),
  },
  indices: [{ name: 'identity_tokens_used_at', columns: ['usedAt'] }],
});

/** A token of an identity user, by hash. */
export interface IdentityTokenRecord {
  readonly tokenHash: string;
  readonly mxid: Mxid;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When it was created or last known to be used, epoch ms. */
  readonly usedAt: number;
}

/** Finds the tokens of identity users. */
export interface IdentityTokenReader {
  find(tokenHash: string): Promise<IdentityTokenRecord | undefined>;
}

/** Stores the tokens of identity users. */
export interface IdentityTokenStore extends IdentityTokenReader {
  insert(record: IdentityTokenRecord): Promise<void>;
  /** Stores the time of a use. */
  touch(tokenHash: string, at: number): Promise<void>;
  /** Returns false if there is none. */
  delete(tokenHash: string): Promise<boolean>;
  /** Returns the number of deleted tokens. */
  deleteByUser(mxid: Mxid): Promise<number>;
  /** Deletes tokens that were last used at or before `until` (epoch ms). */
  deleteUnused(until: number): Promise<void>;
}

const readRows = createRowReader(schema);

function openReader(reader: Reader): IdentityTokenReader {
  return {
    async find(tokenHash) {
      const row = await readRows(reader).first('WHERE token_hash = $1', [tokenHash]);
      return row && { ...row, mxid: row.mxid as Mxid };
    },
  };
}

function openStore(session: TransactionSession): IdentityTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    ...openReader(session),

    async insert(record) {
      await repository().insert({ ...record });
    },

    async touch(tokenHash, at) {
      await repository().update({ tokenHash }, { usedAt: at });
    },

    async delete(tokenHash) {
      const result = await repository().delete({ tokenHash });
      return result.affected === 1;
    },

    async deleteByUser(mxid) {
      return (await repository().delete({ mxid })).affected ?? 0;
    },

    async deleteUnused(until) {
      await repository().delete({ usedAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of tokens of identity users. */
export const identityTokens: ReadableTable<IdentityTokenStore, IdentityTokenReader> = {
  schemas: [schema],
  sealedColumns: [],
  openReader,
  openStore,
};
