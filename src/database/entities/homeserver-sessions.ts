import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/**
 * A row of homeserver_sessions; `id` is the keyed hash of what names the session, and `address` is
 * sealed.
 */
export interface HomeserverSessionRow {
  id: string;
  address: string;
  expiresAt: number;
}

/** The table of sessions in which addresses are proven to the homeserver beside us. */
export const homeserverSessions = new EntitySchema<HomeserverSessionRow>({
  name: 'homeserver_sessions',
  tableName: 'homeserver_sessions',
  columns: {
    id: primaryText('id', 'homeserver_sessions_pkey'),
    address: text('address'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [{ name: 'homeserver_sessions_expires_at', columns: ['expiresAt'] }],
});
