import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import sqlite3 from 'sqlite3';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { KeyedMutex } from '../base/keyed-mutex.js';
import type { Logger } from '../base/logger.js';
import type { Backend } from './backend.js';
import { claimForDaemon } from './daemon-lock.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseFailure } from './failure.js';
import { selectRows } from './rows.js';
import type { SqliteTarget } from './uri.js';

const walAttempts = 10;

/** Opens a SQLite file, readable to its owner only where it is new; throws DatabaseFailure. Its locks reach over this process. */
export async function openSqlite(
  target: SqliteTarget,
  deps: {
    /** How long to wait for other programs that write to the file. */
    readonly busyTimeoutMs: number;
    /** Whether no other daemon may have the file. */
    readonly exclusive: boolean;
    readonly logger: Logger;
  },
): Promise<Backend> {
  const { busyTimeoutMs, exclusive, logger } = deps;
  if (!target.inMemory) await prepareFile(target.path);
  const release = exclusive && !target.inMemory ? await claimForDaemon(target.path) : () => Promise.resolve();
  const dataSource = new DataSource({
    ...dataSourceOptions(logger),
    type: 'sqlite',
    // TypeORM would have every call of sqlite3 in this process keep its stack and print its parameters, in case that it fails.
    driver: { ...sqlite3, verbose: () => sqlite3 },
    database: target.path,
    busyTimeout: busyTimeoutMs,
  });
  const explain = (error: unknown) => explainSqlite(error, target.path);
  try {
    await dataSource.initialize();
  } catch (error) {
    await release();
    throw explain(error);
  }
  // A transaction that reads first and writes later fails at once where another program has written in between.
  const begin = async (queryRunner: QueryRunner) => {
    await queryRunner.query('BEGIN IMMEDIATE');
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
        // For this one change SQLite does not wait until others have written; for a transaction it does.
        await begin(queryRunner);
        await queryRunner.query('ROLLBACK');
      }
    }
  };
  return {
    dataSource,
    locks: new KeyedMutex(),
    serial: true,
    explain,
    connect: () => Promise.resolve(dataSource.createQueryRunner()),
    begin,
    beginOpening: begin,
    async commit(queryRunner) {
      await queryRunner.query('COMMIT');
    },
    async settle() {
      if (target.inMemory) return;
      const mode = await useWriteAheadLog();
      if (mode !== 'wal') {
        logger.warn('the SQLite file cannot use a write-ahead log', { path: target.path });
      }
    },
    abandon: () => Promise.resolve(),
    async close() {
      await dataSource.destroy();
      await release();
    },
  };
}

/** SQLite gives the write-ahead log and its index the mode of the main file. */
async function prepareFile(path: string): Promise<void> {
  const directory = dirname(path);
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) throw new DatabaseFailure({ kind: 'directory_missing', directory });
  try {
    await access(directory, constants.W_OK);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    await file.close();
  } catch (cause) {
    throw new DatabaseFailure({ kind: 'file_unusable', path }, { cause });
  }
}

const unusable = new Set(
  ['CANTOPEN', 'READONLY', 'NOTADB', 'CORRUPT', 'IOERR', 'FULL', 'PERM'].map((name) => `SQLITE_${name}`),
);
const busy = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED']);

function isBusy(error: unknown): boolean {
  return error instanceof DatabaseFailure && error.fact.kind === 'busy';
}

function explainSqlite(error: unknown, path: string): unknown {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (unusable.has(code)) return new DatabaseFailure({ kind: 'file_unusable', path }, { cause });
  if (busy.has(code)) return new DatabaseFailure({ kind: 'busy' }, { cause });
  // TypeORM's own error carries the query's parameters.
  return error instanceof QueryFailedError ? new Error('a database query failed', { cause }) : error;
}
