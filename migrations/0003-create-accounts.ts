import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** Matrix accounts of this server: devices, tokens by hash, and authentications under way. */
export class CreateAccounts1796000000003 implements MigrationInterface {
  readonly name = 'CreateAccounts1796000000003';

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
    await queryRunner.createTable(
      new Table({
        name: 'access_tokens',
        columns: [
          primaryText('token_hash', 'access_tokens_pkey'),
          text('mxid'),
          text('device_id'),
          text('family'),
          optionalText('parent_hash'),
          optionalText('refresh_hash'),
          epochMs('created_at'),
          optionalEpochMs('expires_at'),
          optionalEpochMs('superseded_at'),
        ],
        indices: [
          { name: 'access_tokens_device', columnNames: ['mxid', 'device_id'] },
          { name: 'access_tokens_family', columnNames: ['family'] },
          { name: 'access_tokens_parent', columnNames: ['parent_hash'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'refresh_tokens',
        columns: [
          primaryText('token_hash', 'refresh_tokens_pkey'),
          text('mxid'),
          text('device_id'),
          text('family'),
          optionalText('parent_hash'),
          epochMs('created_at'),
          optionalEpochMs('expires_at'),
          optionalEpochMs('spent_at'),
        ],
        indices: [
          { name: 'refresh_tokens_device', columnNames: ['mxid', 'device_id'] },
          { name: 'refresh_tokens_family', columnNames: ['family'] },
          { name: 'refresh_tokens_parent', columnNames: ['parent_hash'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'login_tokens',
        columns: [
          primaryText('token_hash', 'login_tokens_pkey'),
          text('mxid'),
          text('device_id'),
          epochMs('created_at'),
          epochMs('expires_at'),
          optionalEpochMs('used_at'),
        ],
        indices: [{ name: 'login_tokens_mxid', columnNames: ['mxid'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'open_id_tokens',
        columns: [
          primaryText('token_hash', 'open_id_tokens_pkey'),
          text('mxid'),
          text('device_id'),
          epochMs('expires_at'),
        ],
        indices: [{ name: 'open_id_tokens_device', columnNames: ['mxid', 'device_id'] }],
      }),
    );
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
    await queryRunner.dropTable('open_id_tokens');
    await queryRunner.dropTable('login_tokens');
    await queryRunner.dropTable('refresh_tokens');
    await queryRunner.dropTable('access_tokens');
    await queryRunner.dropTable('devices');
    await queryRunner.dropTable('accounts');
  }
}
