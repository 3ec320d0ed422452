import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, primaryText, text } from '../columns.js';

/** A row of invite_deliveries; `body` is sealed. */
export interface InviteDeliveryRow {
  id: string;
  serverName: string;
  body: string;
  createdAt: number;
  dueAt: number;
  failedAt: number | null;
}

/** The table of what homeservers have yet to be told of invites. */
export const inviteDeliveries = new EntitySchema<InviteDeliveryRow>({
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
