import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** User-interactive authentications under way. */
export class CreateUiaSessions1795000000007 implements MigrationInterface {
  readonly name = 'CreateUiaSessions1795000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'uia_sessions',
        columns: [
          primaryText('id', 'uia_sessions_pkey'),
          text('owner'),
          text('operation'),
          text('completed'),
          epochMs('expires_at'),
        ],
        indices: [
          { name: 'uia_sessions_owner', columnNames: ['owner'] },
          { name: 'uia_sessions_expires_at', columnNames: ['expires_at'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('uia_sessions');
  }
}
