import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of identity_associations; `address`, `alias` and `signed` are sealed, and `addressHash` is
 * the keyed hash of the address.
 */
export interface IdentityAssociationRow {
  id: string;
  mxid: string;
  addressHash: string;
  address: string;
  alias: string | null;
  signed: string;
  createdAt: number;
  accountAddressId: string | null;
}

/** The table of published associations. */
export const identityAssociations = new EntitySchema<IdentityAssociationRow>({
  name: 'identity_associations',
  tableName: 'identity_associations',
  columns: {
    id: primaryText('id', 'identity_associations_pkey'),
    mxid: text('mxid'),
    addressHash: text('address_hash'),
    address: text('address'),
    alias: optionalText('alias'),
    signed: text('signed'),
    createdAt: epochMs('created_at'),
    accountAddressId: optionalText('account_address_id'),
  },
  indices: [
    { name: 'identity_associations_mxid', columns: ['mxid'] },
    { name: 'identity_associations_account_address', columns: ['accountAddressId'] },
  ],
  foreignKeys: [
    {
      name: 'identity_associations_account_address_fkey',
      target: 'account_addresses',
      columnNames: ['accountAddressId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
  uniques: [{ name: 'identity_associations_address_hash_key', columns: ['addressHash'] }],
});
