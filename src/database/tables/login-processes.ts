import { EntitySchema, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Page } from './known-users.js';
import type { ReadableTable, Sealing } from '../table.js';
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

/** Finds login processes. */
export interface LoginProcessReader {
  /** Returns the owner's process with this ID, expired or not. */
  find(owner: Mxid, id: string): Promise<LoginProcessRecord | undefined>;
  /**
   * Returns the owner's processes with `expiresAt` after `after` (epoch ms), newest first. 0
   * includes expired ones.
   */
  listByOwner(owner: Mxid, after: number): Promise<LoginProcessRecord[]>;
  /** Returns the process with this ID of any owner. */
  findAny(id: string): Promise<LoginProcessRecord | undefined>;
  /** Returns processes in the order of their IDs, which are the keys of pages. */
  page(page: Page): Promise<LoginProcessRecord[]>;
}

/** Stores login processes. A Matrix ID may have several. */
export interface LoginProcessStore extends LoginProcessReader {
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

const { loginProcessState } = sealedColumns;

const createRecord =
  ({ sealer }: Sealing) =>
  (row: LoginProcessRow): LoginProcessRecord => ({
    id: row.id,
    owner: row.owner as Mxid,
    state: sealer.open(loginProcessState, row.id, row.state),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  });

const readRows = createRowReader(schema);

function openReader(reader: Reader, sealing: Sealing): LoginProcessReader {
  const rows = readRows(reader);
  const record = createRecord(sealing);

  return {
    async find(owner, id) {
      const row = await rows.first('WHERE id = $1 AND owner = $2', [id, owner]);
      return row && record(row);
    },

    async listByOwner(owner, after) {
      const rest = 'WHERE owner = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC';
      return (await rows.select(rest, [owner, after])).map(record);
    },

    async findAny(id) {
      const row = await rows.first('WHERE id = $1', [id]);
      return row && record(row);
    },

    async page({ after, limit }) {
      return (await rows.select(`WHERE id > $1 ORDER BY id LIMIT ${limit}`, [after ?? ''])).map(record);
    },
  };
}

function openStore(session: TransactionSession, sealing: Sealing): LoginProcessStore {
  const { sealer } = sealing;
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const record = createRecord(sealing);

  return {
    ...openReader(session, sealing),

    async listExpired(now, limit) {
      const rows = await repository().find({
        where: { expiresAt: LessThanOrEqual(now) },
        order: { expiresAt: 'ASC', id: 'ASC' },
        take: limit,
      });
      return rows.map(record);
    },

    async save({ id, owner, createdAt, expiresAt, ...sealed }) {
      const row: LoginProcessRow = {
        id,
        owner,
        state: sealer.seal(loginProcessState, id, sealed.state),
        createdAt,
        expiresAt,
      };
      await repository().upsert(row, ['id']);
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },
  };
}

/** The table of login processes. */
export const loginProcesses: ReadableTable<LoginProcessStore, LoginProcessReader> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openReader,
  openStore,
};
