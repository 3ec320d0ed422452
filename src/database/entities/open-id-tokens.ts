import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of open_id_tokens. */
export interface OpenIdTokenRow {
  tokenHash: string;
  mxid: string;
  deviceId: string;
  expiresAt: number;
}

/** The table of OpenID tokens. */
export const openIdTokens = new EntitySchema<OpenIdTokenRow>({
  name: 'open_id_tokens',
  tableName: 'open_id_tokens',
  columns: {
    tokenHash: primaryText('token_hash', 'open_id_tokens_pkey'),
    mxid: text('mxid'),
    deviceId: text('device_id'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [{ name: 'open_id_tokens_device', columns: ['mxid', 'deviceId'] }],
});
