import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of access_tokens; `parentHash` is that of the refresh token which dies when this token is
 * used first, `refreshHash` that of the one given out with it.
 */
export interface AccessTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  family: string;
  parentHash: string | null;
  refreshHash: string | null;
  createdAt: number;
  expiresAt: number | null;
  supersededAt: number | null;
}

/** The table of access tokens. */
export const accessTokens = new EntitySchema<AccessTokenRow>({
  name: 'access_tokens',
  tableName: 'access_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'access_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    family: text('family'),
    parentHash: optionalText('parent_hash'),
    refreshHash: optionalText('refresh_hash'),
    createdAt: epochMs('created_at'),
    expiresAt: optionalEpochMs('expires_at'),
    supersededAt: optionalEpochMs('superseded_at'),
  },
  indices: [
    { name: 'access_tokens_device', columns: ['mxid', 'deviceId'] },
    { name: 'access_tokens_family', columns: ['family'] },
    { name: 'access_tokens_parent', columns: ['parentHash'] },
  ],
});
