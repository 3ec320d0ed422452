import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** Logins under way. */
export class CreateLoginProcesses1795000000002 implements MigrationInterface {
  readonly name = 'CreateLoginProcesses1795000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'login_processes',
        columns: [
          primaryText('id', 'login_processes_pkey'),
          text('owner'),
          text('state'),
          epochMs('created_at'),
          epochMs('expires_at'),
        ],
        indices: [
          { name: 'login_processes_owner', columnNames: ['owner'] },
          { name: 'login_processes_expires_at', columnNames: ['expires_at'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('login_processes');
  }
}
