import { type MigrationInterface, type QueryRunner, TableColumn, TableForeignKey, TableIndex } from 'typeorm';
import { optionalText } from './columns.js';

const column = 'telegram_account_id';
const foreignKey = 'account_addresses_telegram_account_fkey';
const index = 'account_addresses_telegram_account';

/** The Telegram account whose login proves an address of an account: the address goes with it. */
export class LetTelegramProveAddresses1795000000021 implements MigrationInterface {
  readonly name = 'LetTelegramProveAddresses1795000000021';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('account_addresses', new TableColumn(optionalText(column)));
    await queryRunner.createForeignKey(
      'account_addresses',
      new TableForeignKey({
        name: foreignKey,
        columnNames: [column],
        referencedTableName: 'telegram_accounts',
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
      }),
    );
    await queryRunner.createIndex('account_addresses', new TableIndex({ name: index, columnNames: [column] }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('account_addresses', index);
    await queryRunner.dropForeignKey('account_addresses', foreignKey);
    await queryRunner.dropColumn('account_addresses', column);
  }
}
