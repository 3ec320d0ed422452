import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  project.provide('sqliteFolder', folder);
  project.provide('migratedSqlite', migrated);
  return () => rm(folder, { recursive: true, force: true });
}

/** Returns the folder for files that only live as long as the tests. */
export function testFolder(): string {
  const memory = '/dev/shm';
  return existsSync(memory) ? memory : tmpdir();
}
