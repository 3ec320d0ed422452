import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from './columns.js';

/**
 * Published associations of addresses with Matrix users, at most one for each address; found by
 * keyed hash.
 */
export class CreateIdentityAssociations1795000000013 implements MigrationInterface {
  readonly name = 'CreateIdentityAssociations1795000000013';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'identity_associations',
        columns: [
          primaryText('id', 'identity_associations_pkey'),
          text('mxid'),
          text('address_hash'),
          text('address'),
          optionalText('alias'),
          text('signed'),
          epochMs('created_at'),
        ],
        indices: [{ name: 'identity_associations_mxid', columnNames: ['mxid'] }],
        uniques: [{ name: 'identity_associations_address_hash_key', columnNames: ['address_hash'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('identity_associations');
  }
}
