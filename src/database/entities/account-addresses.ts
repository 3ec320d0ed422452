import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of account_addresses; `address` is sealed, and `addressHash` the keyed hash of what is
 * sealed.
 */
export interface AccountAddressRow {
  id: string;
  mxid: string;
  addressHash: string;
  address: string;
  validatedAt: number;
  addedAt: number;
  telegramAccountId: string | null;
}

/** The table of third-party addresses that were added to accounts. */
export const accountAddresses = new EntitySchema<AccountAddressRow>({
  name: 'account_addresses',
  tableName: 'account_addresses',
  columns: {
    id: primaryText('id', 'account_addresses_pkey'),
    mxid: text('mxid'),
    addressHash: text('address_hash'),
    address: text('address'),
    validatedAt: epochMs('validated_at'),
    addedAt: epochMs('added_at'),
    telegramAccountId: optionalText('telegram_account_id'),
  },
  indices: [
    { name: 'account_addresses_mxid', columns: ['mxid'] },
    { name: 'account_addresses_telegram_account', columns: ['telegramAccountId'] },
  ],
  foreignKeys: [
    {
      name: 'account_addresses_telegram_account_fkey',
      target: 'telegram_accounts',
      columnNames: ['telegramAccountId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
      onUpdate: 'CASCADE',
    },
  ],
  uniques: [{ name: 'account_addresses_address_hash_key', columns: ['addressHash'] }],
});
