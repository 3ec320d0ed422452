import { EntitySchema, In, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of uia_sessions. `completed` is a JSON array of stages. */
interface UiaSessionRow {
  id: string;
  owner: string;
  operation: string;
  completed: string;
  expiresAt: number;
}

const schema = new EntitySchema<UiaSessionRow>({
  name: 'uia_sessions',
  tableName: 'uia_sessions',
  columns: {
    id: primaryText('id', 'uia_sessions_pkey'),
    owner: text('owner'),
    operation: text('operation'),
    completed: text('completed'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'uia_sessions_owner', columns: ['owner'] },
    { name: 'uia_sessions_expires_at', columns: ['expiresAt'] },
  ],
});

/** A user-interactive authentication in progress. */
export interface UiaSessionRecord {
  readonly id: string;
  readonly owner: Mxid;
  /** The only request that it authorizes. */
  readonly operation: string;
  /** The completed stages. */
  readonly completed: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores user-interactive authentications in progress. */
export interface UiaSessionStore {
  find(id: string): Promise<UiaSessionRecord | undefined>;
  insert(record: UiaSessionRecord): Promise<void>;
  /** Replaces the session. Returns false if there is none. */
  update(record: UiaSessionRecord): Promise<boolean>;
  /** Returns false if there is none. */
  delete(id: string): Promise<boolean>;
  /** Deletes the owner's oldest sessions until `count` are left. */
  keepNewest(owner: Mxid, count: number): Promise<void>;
  deleteByOwner(owner: Mxid): Promise<void>;
  /** Deletes all that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}

function openStore(session: TransactionSession): UiaSessionStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? { ...row, owner: row.owner as Mxid, completed: readStages(row.completed) } : undefined;
    },

    async insert({ completed, ...rest }) {
      await repository().insert({ ...rest, completed: JSON.stringify(completed) });
    },

    async update({ id, completed, ...rest }) {
      const result = await repository().update({ id }, { ...rest, completed: JSON.stringify(completed) });
      return result.affected === 1;
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },

    async keepNewest(owner, count) {
      const all = await repository().find({ where: { owner }, order: { expiresAt: 'DESC', id: 'ASC' } });
      const excess = all.slice(count).map(({ id }) => id);
      if (excess.length > 0) await repository().delete({ id: In(excess) });
    },

    async deleteByOwner(owner) {
      await repository().delete({ owner });
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of user-interactive authentications in progress. */
export const uiaSessions: Table<UiaSessionStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};

function readStages(text: string): string[] {
  const stages: unknown = JSON.parse(text);
  return Array.isArray(stages) ? stages.map(String) : [];
}
