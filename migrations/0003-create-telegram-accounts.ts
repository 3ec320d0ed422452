import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** Telegram accounts that somebody is logged in to, each at most once. */
export class CreateTelegramAccounts1795000000003 implements MigrationInterface {
  readonly name = 'CreateTelegramAccounts1795000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'telegram_accounts',
        columns: [
          primaryText('id', 'telegram_accounts_pkey'),
          text('owner'),
          text('telegram_user_id'),
          text('session'),
          text('profile'),
          epochMs('created_at'),
          epochMs('updated_at'),
        ],
        indices: [{ name: 'telegram_accounts_owner', columnNames: ['owner'] }],
        uniques: [{ name: 'telegram_accounts_telegram_user_id_key', columnNames: ['telegram_user_id'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('telegram_accounts');
  }
}
