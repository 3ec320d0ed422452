import { createHash } from 'node:crypto';
import { And, In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { Secret } from '../../base/secret.js';
import { type EventRow, events } from '../entities/events.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import { writeEvent } from './event-body.js';
import type { EventDelivery, EventRecord, EventStore, EventType } from './event-store.js';

/** Returns the events and their deliveries, within one transaction. */
export function createEventStore(session: TransactionSession, sealer: Sealer): EventStore {
  const repository = () => session.queryRunner.manager.getRepository(events);
  const { eventBody } = sealedColumns;
  const seal = (id: string, body: string) => sealer.seal(eventBody, id, new Secret(body));
  const record = ({ id, type, body, createdAt }: EventRow): EventRecord => ({
    id,
    type: type as EventType,
    body: sealer.open(eventBody, id, body).reveal(),
    createdAt,
  });
  const delivery = (row: EventRow): EventDelivery => {
    const { webhook, attempts, reason, dueAt, failedAt } = row;
    return { ...record(row), webhook: webhook ?? '', attempts, reason, dueAt, failedAt };
  };
  const toSend = { webhook: Not(IsNull()), failedAt: IsNull() };

  return {
    async append(event) {
      const content = writeEvent(event);
      // The same event, stored again, is one event.
      const id = createHash('sha256').update(content).digest('base64url').slice(0, 22);
      const body = JSON.stringify({ id, ...(JSON.parse(content) as object) });
      const times = { createdAt: event.at, dueAt: event.at, failedAt: null };
      const row = { id, webhook: null, type: event.what.type, body: seal(id, body), attempts: 0, reason: null };
      await repository().upsert({ ...row, ...times }, ['id']);
    },

    async listNew(limit) {
      const order = { createdAt: 'ASC', id: 'ASC' } as const;
      return (await repository().find({ where: { webhook: IsNull() }, order, take: limit })).map(record);
    },

    async insertDelivery({ body, ...rest }) {
      await repository().upsert({ ...rest, body: seal(rest.id, body) }, ['id']);
    },

    async findDue(webhook, at) {
      const where = { webhook, failedAt: IsNull(), dueAt: LessThanOrEqual(at) };
      const row = await repository().findOne({ where, order: { dueAt: 'ASC', createdAt: 'ASC', id: 'ASC' } });
      return row ? delivery(row) : undefined;
    },

    async nextDueAt(after) {
      return (await repository().minimum('dueAt', { ...toSend, dueAt: MoreThan(after) })) ?? undefined;
    },

    async listFailed() {
      const order = { createdAt: 'ASC', id: 'ASC' } as const;
      return (await repository().find({ where: { failedAt: Not(IsNull()) }, order })).map(delivery);
    },

    async updateDelivery({ id, attempts, reason, dueAt, failedAt }) {
      await repository().update({ id }, { attempts, reason, dueAt, failedAt });
    },

    async delete(id) {
      await repository().delete({ id });
    },

    async deleteUnsent(but) {
      await repository().delete({ webhook: And(Not(IsNull()), Not(In([...but]))), failedAt: IsNull() });
    },

    async deleteFailed(before) {
      await repository().delete({ failedAt: LessThan(before) });
    },
  };
}
