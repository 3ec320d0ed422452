import { EntitySchema } from 'typeorm';
import { primaryText, text } from '../columns.js';

/** A row of lookup_hashes; `hash` is the keyed hash of what clients look up. */
export interface LookupHashRow {
  pepperId: string;
  hash: string;
  associationId: string;
}

/** The table of what associations are found by in hashed lookups. */
export const lookupHashes = new EntitySchema<LookupHashRow>({
  name: 'lookup_hashes',
  tableName: 'lookup_hashes',
  columns: {
    pepperId: primaryText('pepper_id', 'lookup_hashes_pkey'),
    hash: primaryText('hash', 'lookup_hashes_pkey'),
    associationId: text('association_id'),
  },
  indices: [{ name: 'lookup_hashes_association', columns: ['associationId', 'pepperId'] }],
  foreignKeys: [
    {
      name: 'lookup_hashes_association_fkey',
      target: 'identity_associations',
      columnNames: ['associationId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});
