import { EntitySchema, IsNull, LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import type { ServerName } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { epochMs, optionalEpochMs, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of invite_deliveries; `body` is sealed. */
interface InviteDeliveryRow {
  id: string;
  serverName: string;
  body: string;
  createdAt: number;
  dueAt: number;
  failedAt: number | null;
}

const schema = new EntitySchema<InviteDeliveryRow>({
  name: 'invite_deliveries',
  tableName: 'invite_deliveries',
  columns: {
    id: primaryText('id', 'invite_deliveries_pkey'),
    serverName: text('server_name'),
    body: text('body'),
    createdAt: epochMs('created_at'),
    dueAt: epochMs('due_at'),
    failedAt: optionalEpochMs('failed_at'),
  },
  indices: [
    { name: 'invite_deliveries_due_at', columns: ['dueAt'] },
    { name: 'invite_deliveries_server', columns: ['serverName'] },
  ],
});

/**
 * A request about accepted invites that a homeserver has yet to receive. The body is sealed at
 * rest.
 */
export interface InviteDeliveryRecord {
  readonly id: string;
  readonly serverName: ServerName;
  /** JSON. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When it is sent next, epoch ms. */
  readonly dueAt: number;
}

/** Stores deliveries until they arrive, and abandoned ones for some time longer. */
export interface InviteDeliveryStore {
  insert(record: InviteDeliveryRecord): Promise<void>;
  /** Returns the servers with a delivery due at `now`, the longest due first. */
  listDueServers(now: number, limit: number): Promise<ServerName[]>;
  /** Returns the delivery for that server that has been due the longest. */
  findDue(serverName: ServerName, now: number): Promise<InviteDeliveryRecord | undefined>;
  /** Returns when the next delivery that is not due at `now` falls due (epoch ms), or undefined. */
  nextDueAt(now: number): Promise<number | undefined>;
  /**
   * Returns the IDs of deliveries to that server that were created at or before `until` (epoch ms),
   * except abandoned ones.
   */
  listUntil(serverName: ServerName, until: number): Promise<string[]>;
  postpone(id: string, dueAt: number): Promise<void>;
  /** Postpones all deliveries to that server to `dueAt` or later. */
  postponeServer(serverName: ServerName, dueAt: number): Promise<void>;
  delete(id: string): Promise<void>;
  /** Marks the delivery as abandoned. It is not due any more. */
  abandon(id: string, at: number): Promise<void>;
  /** Deletes deliveries that were abandoned at or before `until` (epoch ms). */
  deleteGivenUp(until: number): Promise<void>;
}

const sealedColumns = {
  inviteDeliveryBody: { table: 'invite_deliveries', column: 'body' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer }: Sealing): InviteDeliveryStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const { inviteDeliveryBody } = sealedColumns;
  const live = { failedAt: IsNull() };

  return {
    async insert({ body, ...rest }) {
      const sealed = sealer.seal(inviteDeliveryBody, rest.id, new Secret(body));
      await repository().insert({ ...rest, body: sealed, failedAt: null });
    },

    async listDueServers(now, limit) {
      const rows = await repository()
        .createQueryBuilder('delivery')
        .select('delivery.serverName', 'name')
        .where({ ...live, dueAt: LessThanOrEqual(now) })
        .groupBy('delivery.serverName')
        .orderBy('MIN(delivery.dueAt)')
        .limit(limit)
        .getRawMany<{ name: ServerName }>();
      return rows.map(({ name }) => name);
    },

    async findDue(serverName, now) {
      const row = await repository().findOne({
        where: { ...live, serverName, dueAt: LessThanOrEqual(now) },
        order: { dueAt: 'ASC', id: 'ASC' },
      });
      return row
        ? {
            id: row.id,
            serverName,
            body: sealer.open(inviteDeliveryBody, row.id, row.body).reveal(),
            createdAt: row.createdAt,
            dueAt: row.dueAt,
          }
        : undefined;
    },

    async nextDueAt(now) {
      const where = { ...live, dueAt: MoreThan(now) };
      return (await repository().minimum('dueAt', where)) ?? undefined;
    },

    async listUntil(serverName, until) {
      const where = { ...live, serverName, createdAt: LessThanOrEqual(until) };
      return (await repository().find({ select: { id: true }, where })).map(({ id }) => id);
    },

    async postpone(id, dueAt) {
      await repository().update({ id }, { dueAt });
    },

    async postponeServer(serverName, dueAt) {
      await repository().update({ ...live, serverName, dueAt: LessThan(dueAt) }, { dueAt });
    },

    async delete(id) {
      await repository().delete({ id });
    },

    async abandon(id, at) {
      await repository().update({ id }, { failedAt: at });
    },

    async deleteGivenUp(until) {
      await repository().delete({ failedAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of deliveries about accepted invites to homeservers. */
export const inviteDeliveries: Table<InviteDeliveryStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
