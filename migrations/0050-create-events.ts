import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** Events, and their deliveries to webhooks. */
export class CreateEvents1795000000050 implements MigrationInterface {
  readonly name = 'CreateEvents1795000000050';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'events',
        columns: [
          primaryText('id', 'events_pkey'),
          optionalText('webhook'),
          text('type'),
          text('body'),
          { name: 'attempts', type: 'integer' },
          optionalText('reason'),
          epochMs('created_at'),
          epochMs('due_at'),
          optionalEpochMs('failed_at'),
        ],
        indices: [{ name: 'events_due', columnNames: ['webhook', 'failed_at', 'due_at'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('events');
  }
}
