import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** Matrix accounts of this server, and the devices that they are logged in on. */
export class CreateAccounts1795000000005 implements MigrationInterface {
  readonly name = 'CreateAccounts1795000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'accounts',
        columns: [
          primaryText('mxid', 'accounts_pkey'),
          text('folded_mxid'),
          optionalText('password_hash'),
          epochMs('created_at'),
          optionalEpochMs('deactivated_at'),
        ],
        indices: [{ name: 'accounts_folded_mxid', columnNames: ['folded_mxid'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'devices',
        columns: [
          primaryText('mxid', 'devices_pkey'),
          primaryText('device_id', 'devices_pkey'),
          optionalText('display_name'),
          epochMs('created_at'),
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('devices');
    await queryRunner.dropTable('accounts');
  }
}
