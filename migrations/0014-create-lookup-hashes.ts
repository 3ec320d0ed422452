import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, primaryText, text } from './columns.js';

/** The peppers of hashed lookups, and keyed hashes of what is looked up with them. */
export class CreateLookupHashes1795000000014 implements MigrationInterface {
  readonly name = 'CreateLookupHashes1795000000014';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'lookup_peppers',
        columns: [
          primaryText('id', 'lookup_peppers_pkey'),
          text('pepper'),
          text('key_check'),
          epochMs('created_at'),
          optionalEpochMs('activated_at'),
          optionalEpochMs('retired_at'),
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'lookup_hashes',
        columns: [
          primaryText('pepper_id', 'lookup_hashes_pkey'),
          primaryText('hash', 'lookup_hashes_pkey'),
          text('association_id'),
        ],
        indices: [{ name: 'lookup_hashes_association', columnNames: ['association_id', 'pepper_id'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('lookup_hashes');
    await queryRunner.dropTable('lookup_peppers');
  }
}
