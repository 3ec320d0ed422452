import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, primaryText, text } from '../columns.js';

/**
 * A row of lookup_peppers; `keyCheck` is the keyed hash of the pepper, under the key of all hashes
 * with it.
 */
export interface LookupPepperRow {
  id: string;
  pepper: string;
  keyCheck: string;
  createdAt: number;
  activatedAt: number | null;
  retiredAt: number | null;
}

/** The table of peppers of hashed lookups. */
export const lookupPeppers = new EntitySchema<LookupPepperRow>({
  name: 'lookup_peppers',
  tableName: 'lookup_peppers',
  columns: {
    id: primaryText('id', 'lookup_peppers_pkey'),
    pepper: text('pepper'),
    keyCheck: text('key_check'),
    createdAt: epochMs('created_at'),
    activatedAt: optionalEpochMs('activated_at'),
    retiredAt: optionalEpochMs('retired_at'),
  },
});
