import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of identity_tokens; `usedAt` is the time of a late use, not of each. */
export interface IdentityTokenRow {
  tokenHash: string;
  mxid: string;
  createdAt: number;
  usedAt: number;
}

/** The table of tokens of the identity service's users. */
export const identityTokens = new EntitySchema<IdentityTokenRow>({
  name: 'identity_tokens',
  tableName: 'identity_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'identity_tokens_pkey'),
    mxid: text('mxid'),
    createdAt: epochMs('created_at'),
    usedAt: epochMs('used_at'),
  },
  indices: [{ name: 'identity_tokens_used_at', columns: ['usedAt'] }],
});
