import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of login_processes; `state` is sealed. */
export interface LoginProcessRow {
  id: string;
  owner: string;
  state: string;
  createdAt: number;
  expiresAt: number;
}

/** The table of logins under way. */
export const loginProcesses = new EntitySchema<LoginProcessRow>({
  name: 'login_processes',
  tableName: 'login_processes',
  columns: {
    id: primaryText('id', 'login_processes_pkey'),
    owner: text('owner'),
    state: text('state'),
    createdAt: epochMs('created_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'login_processes_owner', columns: ['owner'] },
    { name: 'login_processes_expires_at', columns: ['expiresAt'] },
  ],
});
