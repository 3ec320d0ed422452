import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { primaryText, text } from './columns.js';

/** The row by which a wrong encryption key is noticed at start. */
export class CreateSealingCheck1796000000001 implements MigrationInterface {
  readonly name = 'CreateSealingCheck1796000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({ name: 'sealing_check', columns: [primaryText('id', 'sealing_check_pkey'), text('value')] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('sealing_check');
  }
}
