import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { administer } from './migrated-databases.js';
import { silentLogger } from './silent-logger.js';

/** A location for one database of a single test, inspected from outside the program. */
export interface TestDatabase {
  readonly uri: Secret;
  /** TypeORM's view of the database; the caller destroys it. */
  connect(): Promise<DataSource>;
  /** Runs one SQL statement and returns its rows. */
  execute(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Returns all that is stored, as one text. */
  dump(): Promise<string>;
  remove(): Promise<void>;
}

/** Creates a folder for a SQLite file, without the file. */
export async function createSqliteDatabase(): Promise<TestDatabase & { readonly path: string }> {
  const folder = await mkdtemp(join(inject('sqliteFolder'), 'place-'));
  const path = join(folder, 'test.db');
  const testDatabase = placeOf(
    () => new DataSource({ ...dataSourceOptions(silentLogger), type: 'sqlite', database: path }),
  );
  return {
    ...testDatabase,
    path,
    uri: new Secret(`sqlite:${path}`),
    async dump() {
      const files = await readdir(folder);
      const contents = await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1')));
      return files.map((file, index) => `${file}\n${contents[index]}`).join('\n');
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Creates a SQLite file with all migrations and no rows, in a folder of its own. */
export async function createMigratedSqlite(): ReturnType<typeof createSqliteDatabase> {
  const testDatabase = await createSqliteDatabase();
  await copyFile(inject('migratedSqlite'), testDatabase.path);
  return testDatabase;
}

/** Why the tests on PostgreSQL are skipped; undefined if they run. */
export const postgresMissing = inject('postgresUri') === null ? 'skipped: no PostgreSQL server found' : undefined;

/** Creates an empty database on the PostgreSQL server of this test run. */
export function createPostgresDatabase(): Promise<TestDatabase> {
  return createPostgres('template1');
}

/** Creates a database with all migrations and no rows on the PostgreSQL server of this test run. */
export function createMigratedPostgres(): Promise<TestDatabase> {
  return createPostgres(inject('migratedPostgres'));
}

async function createPostgres(template: string | null): Promise<TestDatabase> {
  const server = inject('postgresUri');
  if (server === null || template === null) throw new Error('no PostgreSQL server found');
  const name = `gangway_test_${randomBytes(8).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const testDatabase = queriesOf(url.href);
  return {
    ...testDatabase,
    uri: new Secret(url.href),
    async dump() {
      const tables = await testDatabase.execute(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
      const rows = await Promise.all(
        tables.map(({ tablename }) => testDatabase.execute(`SELECT * FROM ${String(tablename)}`)),
      );
      return JSON.stringify(rows);
    },
    remove: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** Returns access to a PostgreSQL database of any server. */
export function queriesOf(uri: string): Pick<TestDatabase, 'connect' | 'execute'> {
  return placeOf(() => new DataSource({ ...dataSourceOptions(silentLogger), type: 'postgres', url: uri }));
}

function placeOf(create: () => DataSource): Pick<TestDatabase, 'connect' | 'execute'> {
  const connect = () => create().initialize();
  return {
    connect,
    async execute(sql, parameters = []) {
      const dataSource = await connect();
      try {
        const rows: unknown = await dataSource.query(sql, parameters);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      } finally {
        await dataSource.destroy();
      }
    },
  };
}
