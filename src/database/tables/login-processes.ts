import { EntitySchema, LessThanOrEqual, MoreThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of login_processes; `state` is sealed. */
interface LoginProcessRow {
  id: string;
  owner: string;
  state: string;
  createdAt: number;
  expiresAt: number;
}

const schema = new EntitySchema<LoginProcessRow>({
  name: 'login_processes',
  tableName: 'login_processes',
  columns: {
    id: primaryText('id', 'login_processes_pkey'),
    owner: text('owner'),
    state: text('state'),
    createdAt: epochMs('created_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'login_processes_owner', columns: ['owner'] },
    { name: 'login_processes_expires_at', columns: ['expiresAt'] },
  ],
});

/** A login process. `state` is the encoded state of the login machine, sealed at rest. */
export interface LoginProcessRecord {
  readonly id: string;
  readonly owner: Mxid;
  readonly state: Secret;
  readonly createdAt: number;
  /** When the process expires, epoch ms. */
  readonly expiresAt: number;
}

/** Stores login processes. A Matrix ID may have several. */
export interface LoginProcessStore {
  /** Returns the owner's process with this ID, expired or not. */
  find(owner: Mxid, id: string): Promise<LoginProcessRecord | undefined>;
  /**
   * Returns the owner's processes with `expiresAt` after `after` (epoch ms), newest first. 0
   * includes expired ones.
   */
  listByOwner(owner: Mxid, after: number): Promise<LoginProcessRecord[]>;
  /**
   * Returns up to `limit` processes with `expiresAt` at or before `now` (epoch ms), oldest first.
   */
  listExpired(now: number, limit: number): Promise<LoginProcessRecord[]>;
  /** Inserts or replaces the process. */
  save(record: LoginProcessRecord): Promise<void>;
  /** Returns false if there is none. */
  delete(id: string): Promise<boolean>;
}

const sealedColumns = {
  loginProcessState: { table: 'login_processes', column: 'state' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer }: Sealing): LoginProcessStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const state = sealedColumns.loginProcessState;
  const record = (row: LoginProcessRow): LoginProcessRecord => ({
    id: row.id,
    owner: row.owner as Mxid,
    state: sealer.open(state, row.id, row.state),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  });

  return {
    async find(owner, id) {
      const row = await repository().findOneBy({ id, owner });
      return row ? record(row) : undefined;
    },

    async listByOwner(owner, after) {
      const rows = await repository().find({
        where: { owner, expiresAt: MoreThan(after) },
        order: { createdAt: 'DESC', id: 'DESC' },
      });
      return rows.map(record);
    },

    async listExpired(now, limit) {
      const rows = await repository().find({
        where: { expiresAt: LessThanOrEqual(now) },
        order: { expiresAt: 'ASC', id: 'ASC' },
        take: limit,
      });
      return rows.map(record);
    },

    async save({ id, owner, createdAt, expiresAt, ...sealed }) {
      const row: LoginProcessRow = { id, owner, state: sealer.seal(state, id, sealed.state), createdAt, expiresAt };
      await repository().upsert(row, ['id']);
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },
  };
}

/** The table of login processes. */
export const loginProcesses: Table<LoginProcessStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
