import { MigrationExecutor } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';
import type { DatabasePlace } from '../support/database-place.js';
import { redactFields } from '../../src/observability/redact.js';
import { openTestDatabase } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';

/** What the database promises of its schema, whichever it is. */
export function describeSchema(createPlace: () => Promise<DatabasePlace>): void {
  let place: DatabasePlace;

  const openOnce = async () => {
    const logger = createRecordingLogger();
    const database = await openTestDatabase({ uri: place.uri, logger });
    await database.close();
    return logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  };

  /** The statements by which TypeORM would make the schema what the entities say. */
  const drift = async () => {
    const dataSource = await place.connect();
    try {
      const plan = await dataSource.driver.createSchemaBuilder().log();
      return plan.upQueries.map(({ query }) => query);
    } finally {
      await dataSource.destroy();
    }
  };

  beforeEach(async () => {
    place = await createPlace();
  });

  afterEach(() => place.remove());

  it('is what the entities say once it is migrated', async () => {
    await openOnce();
    expect(await drift()).toEqual([]);
    await place.execute('DROP INDEX login_processes_owner');
    expect(await drift()).toHaveLength(1);
  });

  it('is migrated with a line in the log that names the migrations, none taken for a secret', async () => {
    const logger = createRecordingLogger();
    await (await openTestDatabase({ uri: place.uri, logger })).close();
    const { fields } = await logger.line('database migrated');
    expect(redactFields(fields)).toEqual({ migrations: migrations.map(({ name }) => name.replace(/\d+$/, '')) });
  });

  it('is migrated at the first opening, and left alone after that', async () => {
    expect(await openOnce()).toEqual(['database migrated']);
    expect(await openOnce()).toEqual([]);
  });

  it('is migrated once where two open it at the same time', async () => {
    const databases = await Promise.all([openTestDatabase({ uri: place.uri }), openTestDatabase({ uri: place.uri })]);
    await Promise.all(databases.map((database) => database.close()));
    const applied = await place.execute('SELECT name FROM gangway_migrations ORDER BY id');
    expect(applied.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    expect(await place.execute('SELECT id FROM sealing_check')).toHaveLength(1);
  });

  it('is refused, and left as it is, where a newer version made it', async () => {
    await openOnce();
    await place.execute(
      `INSERT INTO gangway_migrations (timestamp, name) VALUES (1, 'FromTheFuture1'), (2, 'FromTheFuture2')`,
    );
    const before = await place.dump();
    await expect(openOnce()).rejects.toMatchObject({
      fact: { kind: 'newer_schema', migrations: ['FromTheFuture1', 'FromTheFuture2'] },
    });
    expect(await place.dump()).toBe(before);
  });

  it('keeps the addresses of accounts that were there before Telegram could prove any', async () => {
    await openOnce();
    const dataSource = await place.connect();
    const executor = new MigrationExecutor(dataSource);
    const queryRunner = dataSource.createQueryRunner();
    const isThere = () => queryRunner.hasColumn('account_addresses', 'telegram_account_id');
    while (await isThere()) await executor.undoLastMigration();
    await queryRunner.release();
    const values = `'a1', '@alice:example.test', 'hash', 'sealed', 1795000000000, 1795000000001`;
    await dataSource.query(
      `INSERT INTO account_addresses (id, mxid, address_hash, address, validated_at, added_at) VALUES (${values})`,
    );
    await executor.executePendingMigrations();
    await dataSource.destroy();
    const rows = await place.execute('SELECT * FROM account_addresses');
    expect(rows.map((row) => ({ ...row, added_at: Number(row['added_at']) }))).toMatchObject([
      { id: 'a1', address_hash: 'hash', added_at: 1795000000001, telegram_account_id: null },
    ]);
    expect(await drift()).toEqual([]);
  });

  it('drops the hashes of associations that had gone before it tied them together', async () => {
    await openOnce();
    const dataSource = await place.connect();
    const executor = new MigrationExecutor(dataSource);
    const queryRunner = dataSource.createQueryRunner();
    const isTied = async () => (await queryRunner.getTable('lookup_hashes'))?.foreignKeys.length === 1;
    while (await isTied()) await executor.undoLastMigration();
    await queryRunner.release();
    await dataSource.query(
      `INSERT INTO identity_associations (id, mxid, address_hash, address, signed, created_at)
       VALUES ('a1', '@alice:example.test', 'hash', 'sealed', 'sealed', 1795000000000)`,
    );
    const hashes = `('p1', 'h1', 'a1'), ('p1', 'h2', 'a2')`;
    await dataSource.query(`INSERT INTO lookup_hashes (pepper_id, hash, association_id) VALUES ${hashes}`);
    await executor.executePendingMigrations();
    await dataSource.destroy();
    expect(await place.execute('SELECT hash FROM lookup_hashes')).toEqual([{ hash: 'h1' }]);
    expect(await drift()).toEqual([]);
  });

  it('keeps what is published for addresses of accounts where these come to follow logins', async () => {
    await openOnce();
    const dataSource = await place.connect();
    const executor = new MigrationExecutor(dataSource);
    const queryRunner = dataSource.createQueryRunner();
    const follows = async () =>
      (await queryRunner.getTable('account_addresses'))?.foreignKeys[0]?.onUpdate === 'CASCADE';
    expect(await follows()).toBe(true);
    while (await follows()) await executor.undoLastMigration();
    await queryRunner.release();
    await dataSource.query(
      `INSERT INTO account_addresses (id, mxid, address_hash, address, validated_at, added_at)
       VALUES ('a1', '@alice:example.test', 'hash', 'sealed', 1795000000000, 1795000000001)`,
    );
    await dataSource.query(
      `INSERT INTO identity_associations (id, mxid, address_hash, address, signed, created_at, account_address_id)
       VALUES ('p1', '@alice:example.test', 'hash', 'sealed', 'sealed', 1795000000000, 'a1')`,
    );
    await dataSource.query(`INSERT INTO lookup_hashes (pepper_id, hash, association_id) VALUES ('p1', 'h1', 'p1')`);
    await executor.executePendingMigrations();
    await dataSource.destroy();
    const published = await place.execute('SELECT id, account_address_id FROM identity_associations');
    expect(published).toEqual([{ id: 'p1', account_address_id: 'a1' }]);
    expect(await place.execute('SELECT hash FROM lookup_hashes')).toEqual([{ hash: 'h1' }]);
    expect(await drift()).toEqual([]);
  });

  it('can be taken back, step by step', async () => {
    await openOnce();
    const dataSource = await place.connect();
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
