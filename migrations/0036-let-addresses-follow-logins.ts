import { type MigrationInterface, type QueryRunner, TableForeignKey } from 'typeorm';

const name = 'account_addresses_telegram_account_fkey';

/**
 * Whoever logs in to Telegram again keeps the address that the former login has proven: it follows
 * the Telegram account to its new id.
 */
export class LetAddressesFollowLogins1795000000036 implements MigrationInterface {
  readonly name = 'LetAddressesFollowLogins1795000000036';

  up(queryRunner: QueryRunner): Promise<void> {
    return replaceForeignKey(queryRunner, 'CASCADE');
  }

  down(queryRunner: QueryRunner): Promise<void> {
    return replaceForeignKey(queryRunner, 'NO ACTION');
  }
}

async function replaceForeignKey(queryRunner: QueryRunner, onUpdate: 'CASCADE' | 'NO ACTION'): Promise<void> {
  const foreignKey = new TableForeignKey({
    name,
    columnNames: ['telegram_account_id'],
    referencedTableName: 'telegram_accounts',
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
    onUpdate,
  });
  const tied: unknown = await queryRunner.query(
    'SELECT id, account_address_id FROM identity_associations WHERE account_address_id IS NOT NULL',
  );
  // On SQLite the table is made anew, and what refers to it would go with the old one.
  await queryRunner.query('UPDATE identity_associations SET account_address_id = NULL');
  await queryRunner.dropForeignKey('account_addresses', name);
  await queryRunner.createForeignKey('account_addresses', foreignKey);
  for (const { id, account_address_id: addressId } of tied as { id: string; account_address_id: string }[]) {
    await queryRunner.query('UPDATE identity_associations SET account_address_id = $1 WHERE id = $2', [addressId, id]);
  }
}
