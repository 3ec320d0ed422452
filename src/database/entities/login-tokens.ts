import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, primaryText, text } from '../columns.js';

/** A row of login_tokens. */
export interface LoginTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

/** The table of login tokens. */
export const loginTokens = new EntitySchema<LoginTokenRow>({
  name: 'login_tokens',
  tableName: 'login_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'login_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    createdAt: epochMs('created_at'),
    expiresAt: epochMs('expires_at'),
    usedAt: optionalEpochMs('used_at'),
  },
  indices: [{ name: 'login_tokens_mxid', columns: ['mxid'] }],
});
