import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { inject } from 'vitest';
import { KeyedMutex } from '../../src/base/keyed-mutex.js';
import { createLocalRateLimiter } from '../../src/base/rate-limiter.js';
import type { Runtime } from '../../src/base/runtime.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { databaseClosed } from '../../src/database/failure.js';

/** Opens a database for a runtime. */
type Open = (options: Runtime & { readonly uri: Secret }) => Promise<Database>;

interface Lendable {
  lend(runtime: Runtime): Database;
}

/**
 * Empty databases that earlier tests of this process have returned: opening one costs as much CPU
 * as several requests. It is the only state that test files share on purpose.
 */
const returned: Lendable[] = [];

/**
 * Returns an empty SQLite database. When it is closed, its rows are deleted, and it is kept open
 * for the next caller in this process.
 */
export async function borrowDatabase(runtime: Runtime, open: Open): Promise<Database> {
  const lendable = returned.pop() ?? (await openLendable(runtime, open));
  return lendable.lend(runtime);
}

async function openLendable(first: Runtime, open: Open): Promise<Lendable> {
  const path = join(inject('sqliteFolder'), `${randomBytes(8).toString('hex')}.db`);
  await copyFile(inject('migratedSqlite'), path);
  let current = first;
  const database = await open({
    uri: new Secret(`sqlite:${path}`),
    clock: { now: () => current.clock.now(), after: (delayMs, task) => current.clock.after(delayMs, task) },
    random: { bytes: (length) => current.random.bytes(length) },
    logger: {
      error: (...line) => current.logger.error(...line),
      warn: (...line) => current.logger.warn(...line),
      info: (...line) => current.logger.info(...line),
      debug: (...line) => current.logger.debug(...line),
    },
  });
  const deleteRows = await createCleaner(path);

  const lendable: Lendable = {
    lend(runtime) {
      current = runtime;
      const underWay = new Set<Promise<unknown>>();
      let closing: Promise<void> | undefined;
      const unlessClosed = async <T>(start: () => Promise<T>): Promise<T> => {
        if (closing) throw databaseClosed();
        const result = start();
        underWay.add(result);
        try {
          return await result;
        } finally {
          underWay.delete(result);
        }
      };
      const giveBack = async () => {
        await Promise.allSettled(underWay);
        await deleteRows();
        returned.push(lendable);
      };
      return {
        transaction: (work) => unlessClosed(() => database.transaction(work)),
        read: (work) => unlessClosed(() => database.read(work)),
        probe: () => unlessClosed(() => database.probe()),
        locks: new KeyedMutex(),
        leases: database.leases,
        limiter: createLocalRateLimiter(runtime.clock),
        now: async () => runtime.clock.now(),
        leads: () => true,
        waiting: () => 0,
        close: () => (closing ??= giveBack()),
      };
    },
  };
  return lendable;
}

/** Returns a function that deletes the rows of tests. The others are in every new database. */
async function createCleaner(path: string): Promise<() => Promise<void>> {
  const connection = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(path, (error) => (error ? reject(error) : resolve(opened)));
  });
  connection.configure('busyTimeout', 5_000);
  const tables = await new Promise<{ readonly name: string }[]>((resolve, reject) => {
    connection.all<{ readonly name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table'
       AND name NOT IN ('sqlite_stat1', 'gangway_migrations', 'sealing_check')`,
      (error, rows) => (error ? reject(error) : resolve(rows)),
    );
  });
  const statements = tables.map(({ name }) => `DELETE FROM ${name};`).join(' ');
  return () =>
    new Promise((resolve, reject) => {
      connection.exec(`BEGIN IMMEDIATE; ${statements} COMMIT`, (error) => (error ? reject(error) : resolve()));
    });
}
