import { describe, expect, it } from 'vitest';
import { AddUseOfSessions1796000000010 } from '../../migrations/0010-add-use-of-sessions.js';
import {
  createMigratedPostgres,
  createMigratedSqlite,
  postgresMissing,
  type TestDatabase,
} from '../support/test-database.js';

const databases: readonly (readonly [string, () => Promise<TestDatabase>])[] = [
  ['SQLite', createMigratedSqlite],
  ...(postgresMissing === undefined ? [['PostgreSQL', createMigratedPostgres] as const] : []),
];

describe.each(databases)('the migration of sessions on %s', (_title, create) => {
  it('counts sessions of before as used now, and keeps what refers to them', async () => {
    const place = await create();
    const dataSource = await place.connect();
    try {
      const queryRunner = dataSource.createQueryRunner();
      const migration = new AddUseOfSessions1796000000010();
      await migration.down(queryRunner);
      await queryRunner.query(
        `INSERT INTO telegram_accounts (id, owner, telegram_user_id, session, profile, created_at, updated_at)
         VALUES ('a', '@a:b', '1', 'any', 'any', 1, 1)`,
      );
      await queryRunner.query(
        `INSERT INTO account_addresses (id, mxid, address_hash, address, validated_at, added_at, telegram_account_id)
         VALUES ('b', '@a:b', 'any', 'any', 1, 1, 'a')`,
      );
      await migration.up(queryRunner);
      await queryRunner.release();
      const [row] = await place.execute('SELECT used_at, unpermitted_since FROM telegram_accounts');
      const ageMs = performance.timeOrigin + performance.now() - Number(row?.['used_at']);
      expect(Math.abs(ageMs)).toBeLessThan(60_000);
      expect(row?.['unpermitted_since']).toBeNull();
      expect(await place.execute('SELECT id FROM account_addresses')).toEqual([{ id: 'b' }]);
    } finally {
      await dataSource.destroy();
      await place.remove();
    }
  });
});
