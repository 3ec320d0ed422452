import { createHash } from 'node:crypto';
import { And, EntitySchema, In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of events. `body` is sealed. The event itself has no webhook; each of its deliveries has
 * one.
 */
interface EventRow {
  id: string;
  webhook: string | null;
  type: string;
  body: string;
  attempts: number;
  reason: string | null;
  createdAt: number;
  dueAt: number;
  failedAt: number | null;
}

const schema = new EntitySchema<EventRow>({
  name: 'events',
  tableName: 'events',
  columns: {
    id: primaryText('id', 'events_pkey'),
    webhook: optionalText('webhook'),
    type: text('type'),
    body: text('body'),
    attempts: { name: 'attempts', type: 'integer' },
    reason: optionalText('reason'),
    createdAt: epochMs('created_at'),
    dueAt: epochMs('due_at'),
    failedAt: optionalEpochMs('failed_at'),
  },
  indices: [{ name: 'events_due', columns: ['webhook', 'failedAt', 'dueAt'] }],
});

/** Every type of event. */
export const eventTypes = [
  'login.completed',
  'session.handed_over',
  'session.ended',
  'lease.taken',
  'lease.ended',
  'phone.added',
  'phone.removed',
] as const;

/** One of `eventTypes`. */
export type EventType = (typeof eventTypes)[number];

/** Why a session ended. */
export type SessionEnd =
  | 'logout'
  /** A new login to the same Telegram account replaced it. */
  | 'replaced'
  /** The bridge does not have the login any more. */
  | 'bridge'
  | 'revoked'
  | 'expired'
  | 'deactivated'
  | 'duplicated'
  | 'auth_key_forgotten';

/** An event in the life of a Telegram login of a Matrix user. */
export interface DomainEvent {
  readonly owner: Mxid;
  readonly telegramUserId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly what:
    | { readonly type: 'login.completed'; readonly isBot: boolean }
    | { readonly type: 'session.handed_over' }
    | { readonly type: 'session.ended'; readonly reason: SessionEnd }
    | { readonly type: 'lease.taken'; readonly consumer: string; readonly fencing: number; readonly expiresAt: number }
    | { readonly type: 'lease.ended'; readonly consumer: string; readonly reason: 'released' | 'expired' }
    /** In E.164 form, with the plus. */
    | { readonly type: 'phone.added' | 'phone.removed'; readonly phone: string };
}

/** An event as it is sent. `body` is JSON, sealed at rest. */
export interface EventRecord {
  readonly id: string;
  readonly type: EventType;
  readonly body: string;
  readonly createdAt: number;
}

/** The delivery of an event to one webhook. */
export interface EventDelivery extends EventRecord {
  readonly webhook: string;
  readonly attempts: number;
  /** Why the last attempt failed. */
  readonly reason: string | null;
  readonly dueAt: number;
  /** When the delivery was abandoned, or null before that. */
  readonly failedAt: number | null;
}

/**
 * Stores events until they are delivered: an outbox. An event that is stored in a transaction
 * exists only if the transaction commits, and is not lost after that.
 */
export interface EventStore {
  /** Stores the event. Call it in the transaction in which the event happens. */
  append(event: DomainEvent): Promise<void>;
  /** Returns events that have no deliveries yet, oldest first. */
  listNew(limit: number): Promise<EventRecord[]>;
  insertDelivery(delivery: EventDelivery): Promise<void>;
  /** Returns the delivery that has been due the longest. */
  findDue(webhook: string, at: number): Promise<EventDelivery | undefined>;
  nextDueAt(after: number): Promise<number | undefined>;
  /** Returns abandoned deliveries, oldest first. */
  listFailed(): Promise<EventDelivery[]>;
  updateDelivery(delivery: EventDelivery): Promise<void>;
  delete(id: string): Promise<void>;
  /** Deletes deliveries to other webhooks than these, except abandoned ones. */
  deleteUnsent(but: readonly string[]): Promise<void>;
  /** Deletes deliveries that were abandoned before that time. */
  deleteFailed(before: number): Promise<void>;
}

/**
 * Returns the event as webhooks receive it, without its ID: `type`, `occurred_at` and `data`, as
 * JSON.
 */
function writeEvent({ owner, telegramUserId, at, what }: DomainEvent): string {
  const data = { user_id: owner, telegram_user_id: telegramUserId, ...details(what) };
  return JSON.stringify({ type: what.type, occurred_at: at, data });
}

function details(what: DomainEvent['what']): Readonly<Record<string, unknown>> {
  switch (what.type) {
    case 'login.completed':
      return { is_bot: what.isBot };
    case 'session.handed_over':
      return {};
    case 'session.ended':
      return { reason: what.reason };
    case 'lease.taken':
      return { consumer: what.consumer, fencing: what.fencing, expires_at: what.expiresAt };
    case 'lease.ended':
      return { consumer: what.consumer, reason: what.reason };
    case 'phone.added':
    case 'phone.removed':
      return { phone: what.phone };
  }
}

const sealedColumns = {
  eventBody: { table: 'events', column: 'body' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer }: Sealing): EventStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
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
      // The same event always has the same ID, so storing it twice is harmless.
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

/** The table of events that have not reached all webhooks yet. */
export const events: Table<EventStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
