import { IsNull, LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import type { ServerName } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { inviteDeliveries } from '../entities/invite-deliveries.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { InviteDeliveryStore } from './invite-delivery-store.js';

/** What homeservers have yet to be told of invites, within one transaction. */
export function createInviteDeliveryStore(session: TransactionSession, sealer: Sealer): InviteDeliveryStore {
  const repository = () => session.queryRunner.manager.getRepository(inviteDeliveries);
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
