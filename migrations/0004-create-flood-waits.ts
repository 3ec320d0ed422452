import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText } from './columns.js';

/** How long Telegram wants to be left alone, by keyed hash of what it is about. */
export class CreateFloodWaits1795000000004 implements MigrationInterface {
  readonly name = 'CreateFloodWaits1795000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({ name: 'flood_waits', columns: [primaryText('subject_hash', 'flood_waits_pkey'), epochMs('until')] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('flood_waits');
  }
}
