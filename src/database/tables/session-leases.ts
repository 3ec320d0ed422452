import { EntitySchema, In, LessThan, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, optionalText, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of session_leases; `session` is sealed. */
interface SessionLeaseRow {
  id: string;
  leaseId: string;
  owner: string;
  telegramUserId: string;
  consumer: string;
  requestId: string | null;
  state: string;
  session: string | null;
  fencing: number;
  takenAt: number;
  expiresAt: number;
}

const schema = new EntitySchema<SessionLeaseRow>({
  name: 'session_leases',
  tableName: 'session_leases',
  columns: {
    id: primaryText('id', 'session_leases_pkey'),
    leaseId: text('lease_id'),
    owner: text('owner'),
    telegramUserId: text('telegram_user_id'),
    consumer: text('consumer'),
    requestId: optionalText('request_id'),
    state: text('state'),
    session: optionalText('session'),
    // Less than 2^53, like epoch milliseconds.
    fencing: epochMs('fencing'),
    takenAt: epochMs('taken_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'session_leases_lease_id', columns: ['leaseId'] },
    { name: 'session_leases_expiry', columns: ['state', 'expiresAt'] },
  ],
});

/** The state of a lease. */
export type SessionLeaseState =
  /** Its holder has the session. */
  | 'active'
  /** The linked account is gone. The session is to be ended at Telegram when the lease is over. */
  | 'ending'
  /** The lease is over and the session is back. The row is kept for the next fencing number. */
  | 'over'
  /**
   * An administrator has requested an export, until `expiresAt`. The linked account still has the
   * session.
   */
  | 'export_requested'
  /** The session is stored here until the administrator has received the export. */
  | 'exported';

/** The latest lease of a session. `session` is sealed at rest. */
export interface SessionLeaseRecord {
  /** The ID of the linked account. */
  readonly id: string;
  /** The ID of the lease. Only its consumer receives it. */
  readonly leaseId: string;
  readonly owner: Mxid;
  readonly telegramUserId: string;
  /** The name of the program that leased it. */
  readonly consumer: string;
  /** Identifies the request that took the lease, so that the request can be repeated. */
  readonly requestId: string | null;
  readonly state: SessionLeaseState;
  /** Null if it is `over` or `export_requested`. */
  readonly session: Secret | null;
  /** Greater than that of every earlier lease of the account. */
  readonly fencing: number;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores the leases of sessions. */
export interface SessionLeaseStore {
  find(id: string): Promise<SessionLeaseRecord | undefined>;
  findByLeaseId(leaseId: string): Promise<SessionLeaseRecord | undefined>;
  /** Returns leases that are `active`. */
  listActive(): Promise<SessionLeaseRecord[]>;
  /**
   * Returns up to `limit` leases that are `active` or `ending` and expired at `at`, oldest first.
   */
  listExpired(at: number, limit: number): Promise<SessionLeaseRecord[]>;
  listExportRequests(): Promise<SessionLeaseRecord[]>;
  /** Inserts or replaces the row. */
  save(record: SessionLeaseRecord): Promise<void>;
  delete(id: string): Promise<void>;
  /** Deletes leases that are `over` and expired before that time. */
  deleteOver(before: number): Promise<void>;
}

const open = In(['active', 'ending'] satisfies SessionLeaseState[]);

const sealedColumns = {
  sessionLeaseSession: { table: 'session_leases', column: 'session' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer }: Sealing): SessionLeaseStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const { sessionLeaseSession } = sealedColumns;
  const record = (row: SessionLeaseRow): SessionLeaseRecord => ({
    ...row,
    owner: row.owner as Mxid,
    state: row.state as SessionLeaseState,
    session: row.session === null ? null : sealer.open(sessionLeaseSession, row.id, row.session),
  });

  return {
    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    async findByLeaseId(leaseId) {
      const row = await repository().findOneBy({ leaseId });
      return row ? record(row) : undefined;
    },

    async listActive() {
      return (await repository().findBy({ state: 'active' satisfies SessionLeaseState })).map(record);
    },

    async listExportRequests() {
      return (await repository().findBy({ state: 'export_requested' satisfies SessionLeaseState })).map(record);
    },

    async listExpired(at, limit) {
      const rows = await repository().find({
        where: { state: open, expiresAt: LessThanOrEqual(at) },
        order: { expiresAt: 'ASC', id: 'ASC' },
        take: limit,
      });
      return rows.map(record);
    },

    async save({ session: clear, ...rest }) {
      const sealed = clear && sealer.seal(sessionLeaseSession, rest.id, clear);
      await repository().upsert({ ...rest, session: sealed }, ['id']);
    },

    async delete(id) {
      await repository().delete({ id });
    },

    async deleteOver(before) {
      await repository().delete({ state: 'over' satisfies SessionLeaseState, expiresAt: LessThan(before) });
    },
  };
}

/** The table of leases of sessions. */
export const sessionLeases: Table<SessionLeaseStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
