import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, primaryText, text } from './columns.js';

/** Associations with invites that homeservers have yet to be told. */
export class CreateInviteDeliveries1795000000016 implements MigrationInterface {
  readonly name = 'CreateInviteDeliveries1795000000016';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'invite_deliveries',
        columns: [
          primaryText('id', 'invite_deliveries_pkey'),
          text('server_name'),
          text('body'),
          epochMs('created_at'),
          epochMs('due_at'),
          optionalEpochMs('failed_at'),
        ],
        indices: [
          { name: 'invite_deliveries_due_at', columnNames: ['due_at'] },
          { name: 'invite_deliveries_server', columnNames: ['server_name'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('invite_deliveries');
  }
}
