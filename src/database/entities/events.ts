import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of events; `body` is sealed. An event itself has no webhook; its deliveries have one each.
 */
export interface EventRow {
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

/** The table of events that webhooks are still to be sent. */
export const events = new EntitySchema<EventRow>({
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
