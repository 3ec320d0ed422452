import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from './columns.js';

/** Sessions that other programs have leased. */
export class CreateSessionLeases1795000000045 implements MigrationInterface {
  readonly name = 'CreateSessionLeases1795000000045';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'session_leases',
        columns: [
          primaryText('id', 'session_leases_pkey'),
          text('lease_id'),
          text('owner'),
          text('telegram_user_id'),
          text('consumer'),
          optionalText('request_id'),
          text('state'),
          optionalText('session'),
          { name: 'fencing', type: 'bigint' },
          epochMs('taken_at'),
          epochMs('expires_at'),
        ],
        indices: [
          { name: 'session_leases_lease_id', columnNames: ['lease_id'] },
          { name: 'session_leases_expiry', columnNames: ['state', 'expires_at'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('session_leases');
  }
}
