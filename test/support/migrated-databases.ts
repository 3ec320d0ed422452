import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { silentLogger } from './silent-logger.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder for SQLite files of tests. It is deleted after the run. */
    sqliteFolder: string;
    /**
     * A SQLite file with all migrations and no rows. Tests copy it, because migrating takes longer
     * than most tests.
     */
    migratedSqlite: string;
    /**
     * The name of a PostgreSQL database with all migrations and no rows, for `CREATE DATABASE …
     * TEMPLATE`; null if there is no server.
     */
    migratedPostgres: string | null;
  }
}

/**
 * Provides the tests with a folder for SQLite files, in memory if the system supports it, and a
 * file to copy.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(testFolder(), 'gangway-tests-'));
  const migrated = join(folder, 'migrated.db');
  const dataSource = new DataSource({ ...dataSourceOptions(silentLogger), type: 'sqlite', database: migrated });
  await dataSource.initialize();
  await dataSource.query('PRAGMA journal_mode = WAL');
  await dataSource.runMigrations({ transaction: 'all' });
  await dataSource.destroy();
  // As the daemon creates it: copies have the same mode.
  await chmod(migrated, 0o600);
  project.provide('sqliteFolder', folder);
  project.provide('migratedSqlite', migrated);
  const template = await createTemplate(project.getProvidedContext().postgresUri);
  project.provide('migratedPostgres', template?.name ?? null);
  return async () => {
    await rm(folder, { recursive: true, force: true });
    await template?.drop();
  };
}

async function createTemplate(server: string | null) {
  if (server === null) return undefined;
  const name = `gangway_test_${randomBytes(8).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const dataSource = new DataSource({ ...dataSourceOptions(silentLogger), type: 'postgres', url: url.href });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'all' });
  await dataSource.destroy();
  return { name, drop: () => administer(server, `DROP DATABASE ${name}`) };
}

/** Runs one SQL statement on the PostgreSQL server, outside of any transaction. */
export async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Returns the folder for files that only live as long as the tests. */
export function testFolder(): string {
  const memory = '/dev/shm';
  return existsSync(memory) ? memory : tmpdir();
}
