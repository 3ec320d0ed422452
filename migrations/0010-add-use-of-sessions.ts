import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a session was last used, and since when its owner has had no permission. */
export class AddUseOfSessions1796000000010 implements MigrationInterface {
  readonly name = 'AddUseOfSessions1796000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    // TypeORM would create the table again on SQLite, and so delete the rows that refer to it.
    await queryRunner.query('ALTER TABLE telegram_accounts ADD COLUMN used_at bigint');
    await queryRunner.query('ALTER TABLE telegram_accounts ADD COLUMN unpermitted_since bigint');
    // Sessions of before may have been used until now.
    const isSqlite = queryRunner.connection.options.type === 'sqlite';
    const now = isSqlite ? `strftime('%s', 'now') * 1000` : '(extract(epoch FROM now()) * 1000)::bigint';
    await queryRunner.query(`UPDATE telegram_accounts SET used_at = ${now}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telegram_accounts DROP COLUMN unpermitted_since');
    await queryRunner.query('ALTER TABLE telegram_accounts DROP COLUMN used_at');
  }
}
