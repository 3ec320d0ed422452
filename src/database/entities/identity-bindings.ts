import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/**
 * A row of identity_bindings; `address` and `proof` are sealed, and `addressHash` is the keyed hash
 * of the address.
 */
export interface IdentityBindingRow {
  id: string;
  mxid: string;
  addressHash: string;
  address: string;
  idServer: string;
  proof: string;
  createdAt: number;
}

/** The table of what users have published at identity servers of others. */
export const identityBindings = new EntitySchema<IdentityBindingRow>({
  name: 'identity_bindings',
  tableName: 'identity_bindings',
  columns: {
    id: primaryText('id', 'identity_bindings_pkey'),
    mxid: text('mxid'),
    addressHash: text('address_hash'),
    address: text('address'),
    idServer: text('id_server'),
    proof: text('proof'),
    createdAt: epochMs('created_at'),
  },
  uniques: [{ name: 'identity_bindings_place_key', columns: ['mxid', 'addressHash', 'idServer'] }],
});
