import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from '../columns.js';

/** A row of hand_overs; `session` is sealed. */
export interface HandOverRow {
  id: string;
  owner: string;
  telegramUserId: string;
  state: string;
  session: string | null;
  process: string | null;
  reason: string | null;
  attempts: number;
  refusals: number;
  dueAt: number;
  createdAt: number;
}

/**
 * The table of sessions on their way to the bridge, and of logouts that the bridge is to be asked
 * for.
 */
export const handOvers = new EntitySchema<HandOverRow>({
  name: 'hand_overs',
  tableName: 'hand_overs',
  columns: {
    id: primaryText('id', 'hand_overs_pkey'),
    owner: text('owner'),
    telegramUserId: text('telegram_user_id'),
    state: text('state'),
    session: optionalText('session'),
    process: optionalText('process'),
    reason: optionalText('reason'),
    attempts: { name: 'attempts', type: 'integer' },
    refusals: { name: 'refusals', type: 'integer' },
    dueAt: epochMs('due_at'),
    createdAt: epochMs('created_at'),
  },
  indices: [
    { name: 'hand_overs_owner', columns: ['owner'] },
    { name: 'hand_overs_telegram_user_id', columns: ['telegramUserId'] },
    { name: 'hand_overs_due', columns: ['state', 'dueAt'] },
  ],
});
