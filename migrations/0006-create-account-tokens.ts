import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** Access, refresh and login tokens, by hash. */
export class CreateAccountTokens1795000000006 implements MigrationInterface {
  readonly name = 'CreateAccountTokens1795000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
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
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('login_tokens');
    await queryRunner.dropTable('refresh_tokens');
    await queryRunner.dropTable('access_tokens');
  }
}
