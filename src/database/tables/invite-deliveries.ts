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

/** What a homeserver has yet to be told of invites. The body is sealed at rest. */
export interface InviteDeliveryRecord {
  readonly id: string;
  readonly serverName: ServerName;
  /** JSON. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When to try next, epoch ms. */
  readonly dueAt: number;
}

/**
 * Where deliveries are kept until they have arrived; those that were given up, for a while longer.
 */
export interface InviteDeliveryStore {
  insert(record: InviteDeliveryRecord): Promise<void>;
  /** Returns the servers with something due at `now`, the longest due first. */
  listDueServers(now: number, limit: number): Promise<ServerName[]>;
  /** What is due for that server, the longest due first. */
  findDue(serverName: ServerName, now: number): Promise<InviteDeliveryRecord | undefined>;
  /**
   * When the first of those is due that are not due at `now`, epoch ms, or undefined if there is
   * none.
   */
  nextDueAt(now: number): Promise<number | undefined>;
  /**
   * Returns the ids of those for that server that were made at or before `until` (epoch ms) and are
   * not given up.
   */
  listUntil(serverName: ServerName, until: number): Promise<string[]>;
  postpone(id: string, dueAt: number): Promise<void>;
  /** Nothing for that server is due before `dueAt`. */
  postponeServer(serverName: ServerName, dueAt: number): Promise<void>;
  delete(id: string): Promise<void>;
  /** It is given up: due no more. */
  giveUp(id: string, at: number): Promise<void>;
  /** Deletes those that were given up at or before `until` (epoch ms). */
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

    async giveUp(id, at) {
      await repository().update({ id }, { failedAt: at });
    },

    async deleteGivenUp(until) {
      await repository().delete({ failedAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of what homeservers have yet to be told of invites. */
export const inviteDeliveries: Table<InviteDeliveryStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
