import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** Third-party addresses that were added to accounts, each to at most one; found by keyed hash. */
export class CreateAccountAddresses1795000000008 implements MigrationInterface {
  readonly name = 'CreateAccountAddresses1795000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'account_addresses',
        columns: [
          primaryText('id', 'account_addresses_pkey'),
          text('mxid'),
          text('address_hash'),
          text('address'),
          epochMs('validated_at'),
          epochMs('added_at'),
        ],
        indices: [{ name: 'account_addresses_mxid', columnNames: ['mxid'] }],
        uniques: [{ name: 'account_addresses_address_hash_key', columnNames: ['address_hash'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('account_addresses');
  }
}
