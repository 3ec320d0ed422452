import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of refresh_tokens; `parentHash` is that of the refresh token which dies when this token is
 * used first.
 */
export interface RefreshTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  family: string;
  parentHash: string | null;
  createdAt: number;
  expiresAt: number | null;
  spentAt: number | null;
}

/** The table of refresh tokens. */
export const refreshTokens = new EntitySchema<RefreshTokenRow>({
  name: 'refresh_tokens',
  tableName: 'refresh_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'refresh_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    family: text('family'),
    parentHash: optionalText('parent_hash'),
    createdAt: epochMs('created_at'),
    expiresAt: optionalEpochMs('expires_at'),
    spentAt: optionalEpochMs('spent_at'),
  },
  indices: [
    { name: 'refresh_tokens_device', columns: ['mxid', 'deviceId'] },
    { name: 'refresh_tokens_family', columns: ['family'] },
    { name: 'refresh_tokens_parent', columns: ['parentHash'] },
  ],
});
