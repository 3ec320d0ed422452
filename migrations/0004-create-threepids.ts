import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** 3PIDs of accounts and their validation. Addresses are sealed, and found by keyed hash. */
export class CreateThreepids1796000000004 implements MigrationInterface {
  readonly name = 'CreateThreepids1796000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'account_addresses',
        columns: [
          primaryText('id', 'account_addresses_pkey'),
          text('mxid'),
          text('address_hash'),
          text('address'),
          epochMs('validated_at'),
          epochMs('added_at'),
          optionalText('telegram_account_id'),
        ],
        indices: [
          { name: 'account_addresses_mxid', columnNames: ['mxid'] },
          { name: 'account_addresses_telegram_account', columnNames: ['telegram_account_id'] },
        ],
        // An address that a Telegram login proves goes with the login, and follows it to a new ID.
        foreignKeys: [
          {
            name: 'account_addresses_telegram_account_fkey',
            columnNames: ['telegram_account_id'],
            referencedTableName: 'telegram_accounts',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
            onUpdate: 'CASCADE',
          },
        ],
        uniques: [{ name: 'account_addresses_address_hash_key', columnNames: ['address_hash'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'validation_sessions',
        columns: [
          primaryText('id', 'validation_sessions_pkey'),
          text('purpose'),
          text('address_hash'),
          text('address'),
          optionalText('alias'),
          text('client_secret_hash'),
          optionalText('mxid'),
          optionalText('next_link'),
          optionalEpochMs('last_attempt'),
          epochMs('created_at'),
          optionalEpochMs('validated_at'),
          epochMs('expires_at'),
        ],
        indices: [
          { name: 'validation_sessions_address', columnNames: ['address_hash'] },
          { name: 'validation_sessions_expires_at', columnNames: ['expires_at'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'validation_tokens',
        columns: [
          primaryText('id', 'validation_tokens_pkey'),
          text('session_id'),
          text('token_hash'),
          epochMs('created_at'),
          epochMs('wrong_guesses'),
        ],
        indices: [{ name: 'validation_tokens_session', columnNames: ['session_id'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'homeserver_sessions',
        columns: [primaryText('id', 'homeserver_sessions_pkey'), text('address'), epochMs('expires_at')],
        indices: [{ name: 'homeserver_sessions_expires_at', columnNames: ['expires_at'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('homeserver_sessions');
    await queryRunner.dropTable('validation_tokens');
    await queryRunner.dropTable('validation_sessions');
    await queryRunner.dropTable('account_addresses');
  }
}
