import { EntitySchema } from 'typeorm';
import { primaryText, text } from '../columns.js';

/** The one row of sealing_check; `value` is sealed. */
export interface SealingCheckRow {
  id: string;
  value: string;
}

/** The table that tells at start whether the encryption key is the right one. */
export const sealingCheck = new EntitySchema<SealingCheckRow>({
  name: 'sealing_check',
  tableName: 'sealing_check',
  columns: {
    id: primaryText('id', 'sealing_check_pkey'),
    value: text('value'),
  },
});
