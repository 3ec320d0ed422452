import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/**
 * What users have published at identity servers of others, and in which session they had proven it.
 */
export class CreateIdentityBindings1795000000020 implements MigrationInterface {
  readonly name = 'CreateIdentityBindings1795000000020';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'identity_bindings',
        columns: [
          primaryText('id', 'identity_bindings_pkey'),
          text('mxid'),
          text('address_hash'),
          text('address'),
          text('id_server'),
          text('proof'),
          epochMs('created_at'),
        ],
        uniques: [{ name: 'identity_bindings_place_key', columnNames: ['mxid', 'address_hash', 'id_server'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('identity_bindings');
  }
}
