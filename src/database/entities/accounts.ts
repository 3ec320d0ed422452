import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';

/** A row of accounts; `foldedMxid` is the Matrix ID in lower case. */
export interface AccountRow {
  mxid: string;
  foldedMxid: string;
  passwordHash: string | null;
  createdAt: number;
  deactivatedAt: number | null;
}

/** The table of Matrix accounts of this server. */
export const accounts = new EntitySchema<AccountRow>({
  name: 'accounts',
  tableName: 'accounts',
  columns: {
    mxid: primaryText('mxid', 'accounts_pkey'),
    foldedMxid: text('folded_mxid'),
    passwordHash: optionalText('password_hash'),
    createdAt: epochMs('created_at'),
    deactivatedAt: optionalEpochMs('deactivated_at'),
  },
  indices: [{ name: 'accounts_folded_mxid', columns: ['foldedMxid'] }],
});
