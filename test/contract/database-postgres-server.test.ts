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
import { type DatabasePlace, createPostgresPlace, postgresMissing } from '../support/database-place.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { createFakeClock } from '../support/fake-clock.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { until } from '../support/until.js';

const alice = '@alice:example.org' as Mxid;

/** A promise and what settles it. */
function createDeferred<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const explain = (error: unknown) => new Error('a query failed', { cause: error });

/** The system's clock, which tells when somebody has begun to wait on it for the `times`-th time. */
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
  let place: DatabasePlace;
  let opened: Database[] = [];

  const open = async (options: Partial<DatabaseOptions> = {}) => {
    const database = await openTestDatabase({ uri: place.uri, ...options });
    opened.push(database);
    return database;
  };

  const uriWith = (change: (uri: URL) => void) => {
    const uri = new URL(place.uri.reveal());
    change(uri);
    return new Secret(uri.href);
  };

  const connectClient = async () => {
    const client = new pg.Client({ connectionString: place.uri.reveal() });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  /** Ends the connections of the database that hold, or do not hold, a lock; not our own. */
  const endConnections = (which: 'with locks' | 'in a transaction') =>
    place.execute(
      which === 'with locks'
        ? `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
        : `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'idle in transaction'`,
    );

  beforeEach(async () => {
    place = await createPostgresPlace();
  });

  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    opened = [];
    await place.remove();
  });

  describe('that cannot be used is told apart, and the password is never shown', () => {
    const failureOf = async (uri: Secret) => {
      const error: unknown = await openTestDatabase({ uri }).catch((reason: unknown) => reason);
      if (!(error instanceof DatabaseFailure)) throw error;
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(
        encodeURIComponent(new URL(uri.reveal()).password),
      );
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(
        decodeURIComponent(new URL(uri.reveal()).password),
      );
      return error.fact;
    };

    it('where nothing listens', async () => {
      const uri = uriWith((url) => {
        url.port = '1';
      });
      expect(await failureOf(uri)).toEqual({ kind: 'unreachable', server: '127.0.0.1:1' });
    });

    it('where the password is wrong or missing', async () => {
      const server = new URL(place.uri.reveal()).host;
      const wrong = uriWith((url) => {
        url.password = 'hunter2-wrong';
      });
      expect(await failureOf(wrong)).toEqual({ kind: 'access_denied', server });
    });

    it('where the database does not exist', async () => {
      const missing = uriWith((url) => {
        url.pathname = '/nowhere';
      });
      const server = new URL(place.uri.reveal()).host;
      expect(await failureOf(missing)).toEqual({ kind: 'database_missing', server, database: 'nowhere' });
    });
  });

  describe('that ends connections', () => {
    it('fails the transaction under way, which leaves nothing, and serves the next one', async () => {
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
      await expect(failing).rejects.toMatchObject({ fact: { kind: 'unreachable' } });
      expect(await database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
    });

    it('has the locks that are held taken again, and says both in the log', async () => {
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

    it('may have given a lock to somebody else meanwhile: that is an error in the log', async () => {
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
      const stillTheirs = await place.execute('SELECT pg_try_advisory_lock($1::bigint) AS done', [
        advisoryKey('alice'),
      ]);
      expect(stillTheirs).toEqual([{ done: false }]);
      await other.end();
      await locks.close();
    });

    it('has the error of a query for a lock explained', async () => {
      const client = await connectClient();
      const connect = () => Promise.resolve(client);
      const locks = await openAdvisoryLocks({ connect, explain, clock: systemClock, logger: createRecordingLogger() });
      client.connection.stream.destroy();
      await expect(locks.run('alice', () => Promise.resolve())).rejects.toThrow('a query failed');
      await locks.close();
    });

    it('is said to be unreachable to those who want a lock, until it is back', async () => {
      const logger = createRecordingLogger();
      const clock = createFakeClock();
      let reachable = true;
      const connect = () => (reachable ? connectClient() : Promise.reject(new Error('nobody there')));
      const locks = await openAdvisoryLocks({ connect, explain, clock, logger });
      reachable = false;
      await locks.run('alice', () => endConnections('with locks'));
      await logger.line('no connection for the database locks yet');
      await expect(locks.run('alice', () => Promise.resolve())).rejects.toThrow('nobody there');
      reachable = true;
      expect(await locks.run('alice', () => Promise.resolve('mine'))).toBe('mine');
      await clock.advance(1_000);
      await logger.line('database lock connection restored');
      await locks.close();
    });
  });

  it('that becomes read-only, as a standby is, fails writes and probes, and is served again later', async () => {
    const database = await open();
    await database.probe();
    const name = new URL(place.uri.reveal()).pathname.slice(1);
    const client = await connectClient();
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    // The setting is that of new connections.
    const endOthers = () =>
      client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'gangway'`,
      );
    // A connection that ends is noticed a moment later, until when a probe may still use it.
    const isReachable = () =>
      database.probe().then(
        () => true,
        (error: unknown) => !(error instanceof DatabaseFailure && error.fact.kind === 'unreachable'),
      );
    await endOthers();
    await until(isReachable);
    const refused = { fact: { kind: 'server_failing', sqlState: '25006' } };
    await expect(database.probe()).rejects.toMatchObject(refused);
    await expect(database.transaction((tx) => tx.floodWaits.save('subject', 1))).rejects.toMatchObject(refused);
    expect(await database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
    const opening = openTestDatabase({ uri: place.uri, encryption: { key: testKey(9), oldKeys: [testKey()] } });
    await expect(opening).rejects.toMatchObject(refused);
    await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await endOthers();
    await client.end();
    await until(isReachable);
    await database.probe();
    expect(await place.execute('SELECT * FROM flood_waits')).toEqual([]);
  });

  describe('that several daemons share', () => {
    it('lets one of them at a time work under one name', async () => {
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

    it('sends away who waits too long for the lock of one that hangs, and all who queue behind', async () => {
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

    it('sends away who waits for a lock of another when it closes', async () => {
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
      const refused = expect(waiting).rejects.toMatchObject({ fact: { kind: 'busy' } });
      await polled;
      await database.close();
      await refused;
      await hanging.end();
    });

    it('frees the locks of one that dies', async () => {
      const { clock, waited } = createWatchedClock();
      const database = await open({ clock });
      const dying = await connectClient();
      await dying.query('SELECT pg_advisory_lock($1::bigint)', [advisoryKey('alice')]);
      const wanting = database.locks.run('alice', () => Promise.resolve('mine now'));
      await waited(1);
      dying.connection.stream.destroy();
      expect(await wanting).toBe('mine now');
    });

    it('counts with no lock beyond the work that needed it', async () => {
      const database = await open();
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => database.locks.run(`name ${index % 7}`, () => Promise.resolve())),
      );
      expect(await place.execute(`SELECT pid FROM pg_locks WHERE locktype = 'advisory'`)).toEqual([]);
    });
  });

  it('gives no more connections than allowed, and makes transactions wait for one', async () => {
    const database = await open({ maxConnections: 2 });
    const connections = async () => {
      const rows = await place.execute(
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

  it('does not commit a transaction in which a failed query was ignored, and the transaction says so', async () => {
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

  it('breaks a deadlock: one transaction commits, the other may be tried again', async () => {
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
    expect(failures[0]).toMatchObject({ fact: { kind: 'busy' } });
  });
});
