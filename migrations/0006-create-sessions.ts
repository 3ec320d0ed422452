import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** Sessions at a bridge or another program: hand-overs, leases, and events for webhooks. */
export class CreateSessions1796000000006 implements MigrationInterface {
  readonly name = 'CreateSessions1796000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'hand_overs',
        columns: [
          primaryText('id', 'hand_overs_pkey'),
          text('owner'),
          text('telegram_user_id'),
          text('state'),
          optionalText('session'),
          optionalText('process'),
          optionalText('reason'),
          { name: 'attempts', type: 'integer' },
          { name: 'refusals', type: 'integer' },
          epochMs('due_at'),
          epochMs('created_at'),
        ],
        indices: [
          { name: 'hand_overs_owner', columnNames: ['owner'] },
          { name: 'hand_overs_telegram_user_id', columnNames: ['telegram_user_id'] },
          { name: 'hand_overs_due', columnNames: ['state', 'due_at'] },
        ],
      }),
    );
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
    await queryRunner.dropTable('session_leases');
    await queryRunner.dropTable('hand_overs');
  }
}
