import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { primaryText, text } from './columns.js';

/** The row that tells at start whether the encryption key is the right one. */
export class CreateSealingCheck1795000000001 implements MigrationInterface {
  readonly name = 'CreateSealingCheck1795000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({ name: 'sealing_check', columns: [primaryText('id', 'sealing_check_pkey'), text('value')] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('sealing_check');
  }
}
