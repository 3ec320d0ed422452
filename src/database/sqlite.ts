import sqlite3 from 'sqlite3';
import { DataSource, type QueryRunner } from 'typeorm';
import { KeyedMutex } from '../base/keyed-mutex.js';
import { exclusiveLeases } from '../base/leases.js';
import type { Logger } from '../base/logger.js';
import type { Backend } from './backend.js';
import { claimForDaemon } from './daemon-lock.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseFailure } from './failure.js';
import { selectRows } from './rows.js';
import { explainSqlite } from './sqlite-errors.js';
import { sqliteJson, type Reader } from './reader.js';
import { findSqliteFile } from './sqlite-file.js';
import { probeSqlite } from './sqlite-probe.js';
import { openSqliteReader, type SqliteReader } from './sqlite-reader.js';
import { createSqliteStatements, type SqliteStatements } from './sqlite-statements.js';
import type { SqliteTarget } from './uri.js';

const walAttempts = 10;

/**
 * Opens a SQLite file. A new file is readable to its owner only. Throws DatabaseFailure. Its locks
 * are those of this process.
 */
export async function openSqlite(
  target: SqliteTarget,
  deps: {
    /** How long to wait for other programs that write to the file. */
    readonly busyTimeoutMs: number;
    /** Whether to exclude other daemons. */
    readonly exclusive: boolean;
    readonly logger: Logger;
  },
): Promise<Backend> {
  const { busyTimeoutMs, exclusive, logger } = deps;
  const file = target.inMemory ? undefined : await findSqliteFile(target.path, logger);
  const path = file?.path ?? target.path;
  const lock = file && exclusive ? await claimForDaemon(path) : undefined;
  const dataSource = new DataSource({
    ...dataSourceOptions(logger),
    type: 'sqlite',
    // TypeORM makes every call of sqlite3 in this process keep its stack and print its parameters.
    driver: { ...sqlite3, verbose: () => sqlite3 },
    database: path,
    busyTimeout: busyTimeoutMs,
  });
  const explain = (error: unknown) => explainSqlite(error, path);
  /** Undefined without a write-ahead log: then reads use the writer's connection, in turn. */
  let committed: SqliteReader | undefined;
  let statements: SqliteStatements;
  try {
    await dataSource.initialize();
    statements = createSqliteStatements(await connectionOf(dataSource.createQueryRunner()));
  } catch (error) {
    await lock?.release();
    throw explain(error);
  }
  // Writing to a file that was moved or replaced loses data, or destroys the database of another
  // daemon.
  const requireOwn = () => {
    file?.requireInPlace();
    lock?.requireHeld();
  };
  // A transaction that reads first and writes later fails at once if another program has written in
  // between.
  const begin = async (queryRunner: QueryRunner) => {
    requireOwn();
    await execute(queryRunner, 'BEGIN IMMEDIATE');
  };
  const useWriteAheadLog = async () => {
    const queryRunner = dataSource.createQueryRunner();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [row] = await selectRows<{ journal_mode: string }>(queryRunner, 'PRAGMA journal_mode = WAL');
        return row?.journal_mode;
      } catch (error) {
        if (!isBusy(explain(error))) throw error;
        if (attempt === walAttempts) return undefined;
        // SQLite does not wait for other writers on this change, but does so for a transaction.
        await begin(queryRunner);
        await queryRunner.query('ROLLBACK');
      }
    }
  };
  const reader: Reader = {
    json: sqliteJson,
    async select(sql, parameters) {
      requireOwn();
      if (committed) return committed.select(sql, parameters);
      return statements.select(sql, parameters);
    },
  };
  return {
    dataSource,
    locks: new KeyedMutex(),
    leases: exclusiveLeases,
    leads: () => true,
    isShared: false,
    serial: true,
    get readsInTurn() {
      return committed === undefined;
    },
    reader,
    explain,
    connect: () => Promise.resolve(dataSource.createQueryRunner()),
    begin,
    statementsOf: () => statements,
    beginOpening: begin,
    async commit(queryRunner) {
      await execute(queryRunner, 'COMMIT');
    },
    async settle() {
      if (target.inMemory) return;
      const mode = await useWriteAheadLog();
      if (mode === 'wal') committed ??= await openSqliteReader(path, busyTimeoutMs);
      else logger.warn('SQLite write-ahead log unavailable', { path });
    },
    abandon: () => Promise.resolve(),
    async probe() {
      requireOwn();
      if (file) await probeSqlite(path, busyTimeoutMs);
    },
    async close() {
      await committed?.close().catch((error: unknown) => logger.warn('database reader not closed', { error }));
      await statements.close();
      await dataSource.destroy();
      await lock?.release();
    },
  };
}

/**
 * Runs a statement without rows or parameters in one call. TypeORM would prepare, run and finalize
 * it in SQLite's thread.
 */
async function execute(queryRunner: QueryRunner, sql: string): Promise<void> {
  const connection = await connectionOf(queryRunner);
  await new Promise<void>((resolve, reject) => {
    connection.exec(sql, (error) => (error ? reject(error) : resolve()));
  });
}

/** Returns the connection of all transactions. */
async function connectionOf(queryRunner: QueryRunner): Promise<sqlite3.Database> {
  const connection: unknown = await queryRunner.connect();
  if (!(connection instanceof sqlite3.Database)) throw new Error('a transaction without a connection of the driver');
  return connection;
}

function isBusy(error: unknown): boolean {
  return error instanceof DatabaseFailure && error.details.kind === 'busy';
}
