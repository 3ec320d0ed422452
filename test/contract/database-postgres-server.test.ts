import { connect, createServer } from 'node:net';
import { inspect } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import { advisoryKey, openAdvisoryLocks } from '../../src/database/advisory-locks.js';
import type { Database } from '../../src/database/database.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import type { DatabaseOptions } from '../../src/database/open-database.js';
import { type TestDatabase, createMigratedPostgres, postgresMissing } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { createFakeClock } from '../support/fake-clock.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { until } from '../support/until.js';

const alice = '@alice:example.org' as Mxid;

/** A promise with its resolvers. */
function createDeferred<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const explain = (error: unknown) => new Error('a query failed', { cause: error });

/** The system's clock, with a promise for the `times`-th wait. */
function createWatchedClock(): { readonly clock: Clock; readonly waited: (times: number) => Promise<void> } {
  let count = 0;
  const watchers: { readonly times: number; readonly reached: () => void }[] = [];
  return {
    clock: {
      now: () => systemClock.now(),
      after(delayMs, task) {
        count += 1;
        watchers.filter(({ times }) => times <= count).forEach(({ reached }) => reached());
        return systemClock.after(delayMs, task);
      },
    },
    waited: (times) => new Promise((reached) => (count >= times ? reached() : watchers.push({ times, reached }))),
  };
}

describe.skipIf(postgresMissing)(`a PostgreSQL server ${postgresMissing ?? ''}`, () => {
  let testDatabase: TestDatabase;
  let opened: Database[] = [];

  const open = async (options: Partial<DatabaseOptions> = {}) => {
    const database = await openTestDatabase({ uri: testDatabase.uri, ...options });
    opened.push(database);
    return database;
  };

  const uriWith = (change: (uri: URL) => void) => {
    const uri = new URL(testDatabase.uri.reveal());
    change(uri);
    return new Secret(uri.href);
  };

  const connectClient = async () => {
    const client = new pg.Client({ connectionString: testDatabase.uri.reveal() });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  /** Ends the connections of the database that hold, or do not hold, a lock, except ours. */
  const endConnections = (which: 'with locks' | 'in a transaction') =>
    testDatabase.execute(
      which === 'with locks'
        ? `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
        : `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'idle in transaction'`,
    );

  beforeEach(async () => {
    testDatabase = await createMigratedPostgres();
  });

  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    opened = [];
    await testDatabase.remove();
  });

  describe('is rejected with the reason if it cannot be used, without the password', () => {
    const failureOf = async (uri: Secret) => {
      const error: unknown = await openTestDatabase({ uri }).catch((reason: unknown) => reason);
      if (!(error instanceof DatabaseFailure)) throw error;
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(
        encodeURIComponent(new URL(uri.reveal()).password),
      );
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(
        decodeURIComponent(new URL(uri.reveal()).password),
      );
      return error.details;
    };

    it('that is not listening', async () => {
      const uri = uriWith((url) => {
        url.port = '1';
      });
      expect(await failureOf(uri)).toEqual({ kind: 'unreachable', server: '127.0.0.1:1' });
    });

    it('with a wrong or missing password', async () => {
      const server = new URL(testDatabase.uri.reveal()).host;
      const wrong = uriWith((url) => {
        url.password = 'hunter2-wrong';
      });
      expect(await failureOf(wrong)).toEqual({ kind: 'access_denied', server });
    });

    it.each(['SET tcp_keepalives_idle', 'AS age'])('that closes the connection of the locks at %s', async (query) => {
      const { port, hostname } = new URL(testDatabase.uri.reveal());
      const proxy = createServer((client) => {
        const server = connect(Number(port), hostname);
        client.on('data', (bytes) => (bytes.includes(query) ? client.destroy() : server.write(bytes)));
        client.on('close', () => server.destroy());
        server.pipe(client);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const address = proxy.address();
      if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
      const uri = uriWith((url) => {
        url.port = String(address.port);
      });
      // An error event without a listener would fail this file.
      expect(await failureOf(uri)).toMatchObject({ kind: 'unreachable' });
      await new Promise((resolve) => proxy.close(resolve));
    });

    it('without the database', async () => {
      const missing = uriWith((url) => {
        url.pathname = '/nowhere';
      });
      const server = new URL(testDatabase.uri.reveal()).host;
      expect(await failureOf(missing)).toEqual({ kind: 'database_missing', server, database: 'nowhere' });
    });
  });

  describe('that ends connections', () => {
    it('fails the running transaction, which leaves nothing, and runs the next one', async () => {
      const database = await open();
      const began = createDeferred();
      const ended = createDeferred();
      const failing = database.transaction(async (tx) => {
        await tx.floodWaits.save('subject', 1_000);
        began.resolve();
        await ended.promise;
        await tx.floodWaits.save('other', 1_000);
      });
      await began.promise;
      await endConnections('in a transaction');
      ended.resolve();
      await expect(failing).rejects.toMatchObject({ details: { kind: 'unreachable' } });
      expect(await database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
    });

    it('fails a transaction of a daemon that has not begun yet', async () => {
      const database = await open({ exclusive: true });
      const other = await connectClient();
      await other.query('BEGIN');
      await other.query('LOCK TABLE daemons');
      const failing = database.transaction((tx) => tx.floodWaits.save('subject', 1_000));
      failing.catch(() => undefined);
      await until(async () => {
        const ended = await testDatabase.execute(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'BEGIN;%'`,
        );
        return ended.length > 0;
      });
      await expect(failing).rejects.toMatchObject({ details: { kind: 'unreachable' } });
      await other.end();
      expect(await database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
    });

    it('makes the daemon take its locks again, with both in the log', async () => {
      const logger = createRecordingLogger();
      const first = await open({ logger });
      const { clock, waited } = createWatchedClock();
      const second = await open({ clock });
      const holds = createDeferred();
      const mayEnd = createDeferred();
      const order: string[] = [];
      const holding = first.locks.run('alice', async () => {
        holds.resolve();
        await mayEnd.promise;
        order.push('first');
      });
      await holds.promise;
      await endConnections('with locks');
      const lost = await logger.line('database lock connection lost');
      expect(lost).toMatchObject({ level: 'warn', fields: { locksHeld: 1 } });
      await logger.line('database lock connection restored');
      const wanting = second.locks.run('alice', () => Promise.resolve(order.push('second')));
      await waited(2);
      mayEnd.resolve();
      await Promise.all([holding, wanting]);
      expect(order).toEqual(['first', 'second']);
    });

    it('logs an error if another daemon has taken a lock in the meantime', async () => {
      const logger = createRecordingLogger();
      const mayConnect = createDeferred();
      let connections = 0;
      const locks = await openAdvisoryLocks({
        async connect() {
          connections += 1;
          if (connections > 1) await mayConnect.promise;
          return connectClient();
        },
        explain,
        clock: systemClock,
        logger,
      });
      const holds = createDeferred();
      const mayEnd = createDeferred();
      const holding = locks.run('alice', () => {
        holds.resolve();
        return mayEnd.promise;
      });
      await holds.promise;
      await endConnections('with locks');
      await logger.line('database lock connection lost');
      const other = await connectClient();
      await other.query('SELECT pg_advisory_lock($1::bigint)', [advisoryKey('alice')]);
      mayConnect.resolve();
      const line = await logger.line('database locks lost to other daemons');
      expect(line).toMatchObject({ level: 'error', fields: { locks: 1 } });
      mayEnd.resolve();
      await holding;
      const stillTheirs = await testDatabase.execute('SELECT pg_try_advisory_lock($1::bigint) AS done', [
        advisoryKey('alice'),
      ]);
      expect(stillTheirs).toEqual([{ done: false }]);
      await other.end();
      await locks.close();
    });

    it('explains the error of a failed query for a lock', async () => {
      const client = await connectClient();
      const connect = () => Promise.resolve(client);
      const locks = await openAdvisoryLocks({ connect, explain, clock: systemClock, logger: createRecordingLogger() });
      client.connection.stream.destroy();
      await expect(locks.run('alice', () => Promise.resolve())).rejects.toThrow('a query failed');
      await locks.close();
    });

    it('rejects requests for a lock as unreachable until it is back', async () => {
      const logger = createRecordingLogger();
      const clock = createFakeClock();
      let reachable = true;
      const connect = () => (reachable ? connectClient() : Promise.reject(new Error('no server')));
      const locks = await openAdvisoryLocks({ connect, explain, clock, logger });
      reachable = false;
      await locks.run('alice', () => endConnections('with locks'));
      await logger.line('no connection for the database locks yet');
      await expect(locks.run('alice', () => Promise.resolve())).rejects.toThrow('no server');
      reachable = true;
      expect(await locks.run('alice', () => Promise.resolve('mine'))).toBe('mine');
      await clock.advance(1_000);
      await logger.line('database lock connection restored');
      await locks.close();
    });
  });

  it('that becomes read-only, as a standby is, fails writes and probes, and works again later', async () => {
    const database = await open();
    await database.probe();
    const name = new URL(testDatabase.uri.reveal()).pathname.slice(1);
    const client = await connectClient();
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    // The setting applies to new connections.
    const endOthers = () =>
      client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'gangway'`,
      );
    // A closed connection is noticed a moment later. Until then, a probe may still use it.
    const isReachable = () =>
      database.probe().then(
        () => true,
        (error: unknown) => !(error instanceof DatabaseFailure && error.details.kind === 'unreachable'),
      );
    await endOthers();
    await until(isReachable);
    const refused = { details: { kind: 'server_failing', sqlState: '25006' } };
    await expect(database.probe()).rejects.toMatchObject(refused);
    await expect(database.transaction((tx) => tx.floodWaits.save('subject', 1))).rejects.toMatchObject(refused);
    expect(await database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
    const opening = openTestDatabase({ uri: testDatabase.uri, encryption: { key: testKey(9), oldKeys: [testKey()] } });
    await expect(opening).rejects.toMatchObject(refused);
    await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await endOthers();
    await client.end();
    await until(isReachable);
    await database.probe();
    expect(await testDatabase.execute('SELECT * FROM flood_waits')).toEqual([]);
  });

  describe('that several daemons share', () => {
    it('runs the work of one name in one daemon at a time', async () => {
      const { clock, waited } = createWatchedClock();
      const [first, second] = await Promise.all([open(), open({ clock })]);
      const holds = createDeferred();
      const mayEnd = createDeferred();
      const order: string[] = [];
      const holding = first.locks.run('alice', async () => {
        holds.resolve();
        await mayEnd.promise;
        order.push('first');
      });
      await holds.promise;
      const wanting = second.locks.run('alice', () => Promise.resolve(order.push('second')));
      await second.locks.run('bob', () => Promise.resolve(order.push('other name')));
      await waited(2);
      mayEnd.resolve();
      await Promise.all([holding, wanting]);
      expect(order).toEqual(['other name', 'first', 'second']);
    });

    it('rejects a caller that waits too long for the lock of a hanging daemon, and all behind it', async () => {
      const clock = createFakeClock();
      const startedAt = clock.now();
      const database = await open({ clock });
      const hanging = await connectClient();
      await hanging.query('SELECT pg_advisory_lock($1::bigint)', [advisoryKey('alice')]);
      const worked: string[] = [];
      const wait = () => database.locks.run('alice', () => Promise.resolve(worked.push('too early')));
      const over: string[] = [];
      const waiting = Promise.allSettled([wait(), wait(), wait()]).finally(() => over.push('all three'));
      while (over.length === 0) await clock.advance(clock.now() - startedAt < 46_000 ? 500 : 0);
      expect(clock.now() - startedAt).toBeGreaterThanOrEqual(45_000);
      expect(await waiting).toEqual(
        Array.from({ length: 3 }, () => ({ status: 'rejected', reason: new DatabaseFailure({ kind: 'busy' }) })),
      );
      expect(worked).toEqual([]);
      await hanging.query('SELECT pg_advisory_unlock($1::bigint)', [advisoryKey('alice')]);
      expect(await database.locks.run('alice', () => Promise.resolve('free again'))).toBe('free again');
      await hanging.end();
    });

    it('rejects a caller that waits for the lock of another daemon when it closes', async () => {
      const clock = createFakeClock();
      const hanging = await connectClient();
      await hanging.query('SELECT pg_advisory_lock($1::bigint)', [advisoryKey('alice')]);
      const { promise: polled, resolve: tellPolled } = createDeferred();
      const watched: Clock = {
        ...clock,
        after(delayMs, task) {
          tellPolled();
          return clock.after(delayMs, task);
        },
      };
      const database = await open({ clock: watched });
      const waiting = database.locks.run('alice', () => Promise.resolve('mine'));
      const refused = expect(waiting).rejects.toMatchObject({ details: { kind: 'busy' } });
      await polled;
      await database.close();
      await refused;
      await hanging.end();
      await expect(database.locks.run('bob', () => Promise.resolve('late'))).rejects.toMatchObject({
        details: { kind: 'busy' },
      });
    });

    it('releases the locks of a daemon that dies', async () => {
      const { clock, waited } = createWatchedClock();
      const database = await open({ clock });
      const dying = await connectClient();
      await dying.query('SELECT pg_advisory_lock($1::bigint)', [advisoryKey('alice')]);
      const wanting = database.locks.run('alice', () => Promise.resolve('mine now'));
      await waited(1);
      dying.connection.stream.destroy();
      expect(await wanting).toBe('mine now');
    });

    it('holds no lock after its work', async () => {
      const database = await open();
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => database.locks.run(`name ${index % 7}`, () => Promise.resolve())),
      );
      const locks = await testDatabase.execute(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(locks).toEqual([]);
    });
  });

  it('opens no more connections than allowed, and makes transactions wait', async () => {
    const database = await open({ maxConnections: 2 });
    const connections = async () => {
      const rows = await testDatabase.execute(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'gangway'`,
      );
      return rows[0]?.['count'];
    };
    const bothOpen = createDeferred();
    const mayEnd = createDeferred();
    let openNow = 0;
    const busy = Array.from({ length: 5 }, () =>
      database.transaction(async (tx) => {
        openNow += 1;
        if (openNow === 2) bothOpen.resolve();
        await mayEnd.promise;
        return tx.floodWaits.find('subject', 0);
      }),
    );
    await bothOpen.promise;
    expect(await connections()).toBe(3);
    expect(openNow).toBe(2);
    mayEnd.resolve();
    await Promise.all(busy);
    expect(openNow).toBe(5);
  });

  it('rejects a transaction inside another one while others end', async () => {
    const database = await open();
    const began = createDeferred();
    const mayGoOn = createDeferred();
    const nested = database.transaction(async () => {
      began.resolve();
      await mayGoOn.promise;
      await database.transaction(() => Promise.resolve());
    });
    await began.promise;
    await database.transaction(() => Promise.resolve());
    mayGoOn.resolve();
    await expect(nested).rejects.toThrow('inside another');
  });

  it('does not commit a transaction with an ignored failed query, and rejects it', async () => {
    const database = await open();
    const account = {
      id: 'a1',
      owner: alice,
      telegramUserId: '1',
      session: new Secret(''),
      profile: new Secret(''),
      createdAt: 1,
      updatedAt: 1,
      heldBy: 'gangway',
    } as const;
    await database.transaction((tx) => tx.telegramAccounts.insert(account));
    const ignoring = database.transaction(async (tx) => {
      await tx.floodWaits.save('subject', 1_000);
      await tx.telegramAccounts.insert({ ...account, telegramUserId: '2' }).catch(() => undefined);
    });
    await expect(ignoring).rejects.toThrow('went on after one of its queries had failed');
    expect(await database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
  });

  it('breaks a deadlock: one transaction commits, and the other can be repeated', async () => {
    const database = await open();
    const both = [createDeferred(), createDeferred()] as const;
    const crosswise = (mine: 0 | 1) =>
      database.transaction(async (tx) => {
        await tx.floodWaits.save(`subject ${mine}`, 1_000);
        both[mine].resolve();
        await both[mine === 0 ? 1 : 0].promise;
        await tx.floodWaits.save(`subject ${1 - mine}`, 1_000);
      });
    const outcomes = await Promise.allSettled([crosswise(0), crosswise(1)]);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ details: { kind: 'busy' } });
  });
});
