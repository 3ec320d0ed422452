import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of identity_signing_keys. */
export interface IdentitySigningKeyRow {
  keyId: string;
  publicKey: string;
  createdAt: number;
}

/** The table of public keys that the identity service has ever signed with. */
export const identitySigningKeys = new EntitySchema<IdentitySigningKeyRow>({
  name: 'identity_signing_keys',
  tableName: 'identity_signing_keys',
  columns: {
    keyId: primaryText('key_id', 'identity_signing_keys_pkey'),
    publicKey: text('public_key'),
    createdAt: epochMs('created_at'),
  },
});
