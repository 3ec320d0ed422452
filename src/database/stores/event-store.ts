import type { Mxid } from '../../base/mxid.js';

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

/** Why a session is not used any more. */
export type SessionEnd =
  | 'logout'
  /** By a new login to the same Telegram account. */
  | 'replaced'
  /** The bridge does not have the login any more. */
  | 'bridge'
  | 'revoked'
  | 'expired'
  | 'deactivated'
  | 'duplicated'
  | 'auth_key_forgotten';

/** Something that happened to the Telegram login of a Matrix user. */
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
    /** In digits, with its plus. */
    | { readonly type: 'phone.added' | 'phone.removed'; readonly phone: string };
}

/** An event as it is sent. `body` is JSON, sealed at rest. */
export interface EventRecord {
  readonly id: string;
  readonly type: EventType;
  readonly body: string;
  readonly createdAt: number;
}

/** An event on its way to a webhook. */
export interface EventDelivery extends EventRecord {
  readonly webhook: string;
  readonly attempts: number;
  /** Why the last attempt failed. */
  readonly reason: string | null;
  readonly dueAt: number;
  /** When it was given up; null before that. */
  readonly failedAt: number | null;
}

/** The outbox of events. What is stored in a transaction is true when it commits, and not lost. */
export interface EventStore {
  /** Stores the event for the webhooks; within the transaction in which it happens. */
  append(event: DomainEvent): Promise<void>;
  /** Some events that were not given to the webhooks yet, oldest first. */
  listNew(limit: number): Promise<EventRecord[]>;
  insertDelivery(delivery: EventDelivery): Promise<void>;
  /** Returns the delivery that is due for longest. */
  findDue(webhook: string, at: number): Promise<EventDelivery | undefined>;
  nextDueAt(after: number): Promise<number | undefined>;
  /** Returns those that were given up, oldest first. */
  listFailed(): Promise<EventDelivery[]>;
  updateDelivery(delivery: EventDelivery): Promise<void>;
  delete(id: string): Promise<void>;
  /** Deletes deliveries that were not given up, to other webhooks than these. */
  deleteUnsent(but: readonly string[]): Promise<void>;
  /** Deletes deliveries that were given up before that time. */
  deleteFailed(before: number): Promise<void>;
}
