import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of uia_sessions; `completed` is a JSON array of stages. */
export interface UiaSessionRow {
  id: string;
  owner: string;
  operation: string;
  completed: string;
  expiresAt: number;
}

/** The table of user-interactive authentications under way. */
export const uiaSessions = new EntitySchema<UiaSessionRow>({
  name: 'uia_sessions',
  tableName: 'uia_sessions',
  columns: {
    id: primaryText('id', 'uia_sessions_pkey'),
    owner: text('owner'),
    operation: text('operation'),
    completed: text('completed'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'uia_sessions_owner', columns: ['owner'] },
    { name: 'uia_sessions_expires_at', columns: ['expiresAt'] },
  ],
});
