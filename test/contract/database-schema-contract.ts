import { MigrationExecutor } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';
import type { TestDatabase } from '../support/test-database.js';
import { redactFields } from '../../src/observability/redact.js';
import { openTestDatabase } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';

/** What the database promises of its schema, on every engine. */
export function describeSchema(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;

  const openOnce = async () => {
    const logger = createRecordingLogger();
    const database = await openTestDatabase({ uri: testDatabase.uri, logger });
    await database.close();
    return logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  };

  /** The statements with which TypeORM would synchronize the schema with the entities. */
  const drift = async () => {
    const dataSource = await testDatabase.connect();
    try {
      const plan = await dataSource.driver.createSchemaBuilder().log();
      return plan.upQueries.map(({ query }) => query);
    } finally {
      await dataSource.destroy();
    }
  };

  beforeEach(async () => {
    testDatabase = await createDatabase();
  });

  afterEach(() => testDatabase.remove());

  it('equals the entities after all migrations', async () => {
    await openOnce();
    expect(await drift()).toEqual([]);
    await testDatabase.execute('DROP INDEX login_processes_owner');
    expect(await drift()).toHaveLength(1);
  });

  it('is migrated with a log line that lists the migrations, and redacts none as a secret', async () => {
    const logger = createRecordingLogger();
    await (await openTestDatabase({ uri: testDatabase.uri, logger })).close();
    const { fields } = await logger.line('database migrated');
    expect(redactFields(fields)).toEqual({ migrations: migrations.map(({ name }) => name.replace(/\d+$/, '')) });
  });

  it('is migrated at the first opening only', async () => {
    expect(await openOnce()).toEqual(['database migrated']);
    expect(await openOnce()).toEqual([]);
  });

  it('is migrated once if two daemons open it at the same time', async () => {
    const databases = await Promise.all([
      openTestDatabase({ uri: testDatabase.uri }),
      openTestDatabase({ uri: testDatabase.uri }),
    ]);
    await Promise.all(databases.map((database) => database.close()));
    const applied = await testDatabase.execute('SELECT name FROM gangway_migrations ORDER BY id');
    expect(applied.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    expect(await testDatabase.execute('SELECT id FROM sealing_check')).toHaveLength(1);
  });

  it('is rejected, and unchanged, if a newer version created it', async () => {
    await openOnce();
    await testDatabase.execute(
      `INSERT INTO gangway_migrations (timestamp, name) VALUES (1, 'FromTheFuture1999000000001'), (2, 'FromTheFuture1999000000002')`,
    );
    const before = await testDatabase.dump();
    await expect(openOnce()).rejects.toMatchObject({
      details: { kind: 'newer_schema', migrations: ['FromTheFuture1999000000001', 'FromTheFuture1999000000002'] },
    });
    expect(await testDatabase.dump()).toBe(before);
  });

  it('is rejected, and unchanged, if a version before the first release created it', async () => {
    await testDatabase.execute('CREATE TABLE gangway_migrations (id integer, timestamp bigint, name text)');
    await testDatabase.execute(
      `INSERT INTO gangway_migrations (id, timestamp, name)
       VALUES (1, 1795000000001, 'CreateSealingCheck1795000000001')`,
    );
    const before = await testDatabase.dump();
    await expect(openOnce()).rejects.toMatchObject({ details: { kind: 'unreleased_schema' } });
    expect(await testDatabase.dump()).toBe(before);
  });

  it('can be reverted, step by step', async () => {
    await openOnce();
    const dataSource = await testDatabase.connect();
    const executor = new MigrationExecutor(dataSource);
    for (const _migration of migrations) await executor.undoLastMigration();
    const tables: boolean[] = [];
    for (const { tableName } of dataSource.entityMetadatas) {
      const queryRunner = dataSource.createQueryRunner();
      tables.push(await queryRunner.hasTable(tableName));
      await queryRunner.release();
    }
    await dataSource.destroy();
    expect(tables).toEqual(dataSource.entityMetadatas.map(() => false));
    expect(await openOnce()).toEqual(['database migrated']);
  });
}
