import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import { text } from './columns.js';

const session = (isNullable: boolean) => new TableColumn({ name: 'session', type: 'text', isNullable });

/** A linked account remains linked while its session is at a bridge or at another program. */
export class LetOthersHoldSessions1795000000040 implements MigrationInterface {
  readonly name = 'LetOthersHoldSessions1795000000040';

  async up(queryRunner: QueryRunner): Promise<void> {
    await keepingReferences(queryRunner, async () => {
      await queryRunner.changeColumn('telegram_accounts', 'session', session(true));
      await queryRunner.addColumn('telegram_accounts', new TableColumn({ ...text('held_by'), default: `'gangway'` }));
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await keepingReferences(queryRunner, async () => {
      // The older schema has no place for accounts whose session is not here.
      await queryRunner.query('DELETE FROM telegram_accounts WHERE session IS NULL');
      await queryRunner.dropColumn('telegram_accounts', 'held_by');
      await queryRunner.changeColumn('telegram_accounts', 'session', session(false));
    });
  }
}

/**
 * On SQLite a changed table is made anew, and what refers to the old one would be deleted with it.
 */
async function keepingReferences(queryRunner: QueryRunner, change: () => Promise<void>): Promise<void> {
  const tied: unknown = await queryRunner.query(
    'SELECT id, telegram_account_id FROM account_addresses WHERE telegram_account_id IS NOT NULL',
  );
  await queryRunner.query('UPDATE account_addresses SET telegram_account_id = NULL');
  await change();
  for (const row of tied as { id: string; telegram_account_id: string }[]) {
    await queryRunner.query(
      `UPDATE account_addresses SET telegram_account_id = $1
       WHERE id = $2 AND EXISTS (SELECT 1 FROM telegram_accounts WHERE id = $3)`,
      [row.telegram_account_id, row.id, row.telegram_account_id],
    );
  }
}
