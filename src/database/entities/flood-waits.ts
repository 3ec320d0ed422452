import { EntitySchema } from 'typeorm';
import { epochMs, primaryText } from '../columns.js';

/** A row of flood_waits. */
export interface FloodWaitRow {
  subjectHash: string;
  until: number;
}

/** The table of waits that Telegram asked for. */
export const floodWaits = new EntitySchema<FloodWaitRow>({
  name: 'flood_waits',
  tableName: 'flood_waits',
  columns: {
    subjectHash: primaryText('subject_hash', 'flood_waits_pkey'),
    until: epochMs('until'),
  },
});
