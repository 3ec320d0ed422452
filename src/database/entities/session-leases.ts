import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from '../columns.js';

/** A row of session_leases; `session` is sealed. */
export interface SessionLeaseRow {
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

/** The table of sessions that other programs have leased. */
export const sessionLeases = new EntitySchema<SessionLeaseRow>({
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
    // Below 2^53, like a time in milliseconds.
    fencing: epochMs('fencing'),
    takenAt: epochMs('taken_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'session_leases_lease_id', columns: ['leaseId'] },
    { name: 'session_leases_expiry', columns: ['state', 'expiresAt'] },
  ],
});
