import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from './columns.js';

/** Login processes, Telegram accounts with their sessions, and flood waits. */
export class CreateTelegramLogins1796000000002 implements MigrationInterface {
  readonly name = 'CreateTelegramLogins1796000000002';

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
    await queryRunner.createTable(
      new Table({
        name: 'telegram_accounts',
        columns: [
          primaryText('id', 'telegram_accounts_pkey'),
          text('owner'),
          text('telegram_user_id'),
          optionalText('session'),
          text('profile'),
          epochMs('created_at'),
          epochMs('updated_at'),
          { ...text('held_by'), default: `'gangway'` },
        ],
        indices: [{ name: 'telegram_accounts_owner', columnNames: ['owner'] }],
        uniques: [{ name: 'telegram_accounts_telegram_user_id_key', columnNames: ['telegram_user_id'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({ name: 'flood_waits', columns: [primaryText('subject_hash', 'flood_waits_pkey'), epochMs('until')] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('flood_waits');
    await queryRunner.dropTable('telegram_accounts');
    await queryRunner.dropTable('login_processes');
  }
}
