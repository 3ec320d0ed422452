import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import { openAdvisoryLocks } from '../../src/database/advisory-locks.js';
import type { Database } from '../../src/database/database.js';
import { anotherTurn } from '../support/another-turn.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock } from '../support/fake-clock.js';
import { createRecordingLogger, type RecordingLogger } from '../support/recording-logger.js';
import { silentLogger } from '../support/silent-logger.js';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** The connection of the locks listens to requests for leases. */
const isOfLocks = (sent: string) => sent.includes('LISTEN gangway_leases');

describe.skipIf(postgresMissing)(`the connection of locks and leases ${postgresMissing ?? ''}`, () => {
  let testDatabase: TestDatabase;
  let relay: TcpRelay;
  let logger: RecordingLogger;
  let database: Database;
  let other: Database;

  beforeEach(async () => {
    testDatabase = await createMigratedPostgres();
    const url = new URL(testDatabase.uri.reveal());
    relay = await startTcpRelay(Number(url.port));
    url.port = String(relay.port);
    logger = createRecordingLogger();
    database = await openTestDatabase({ uri: new Secret(url.href), exclusive: true, logger });
    other = await openTestDatabase({ uri: testDatabase.uri, exclusive: true });
    for (const { leases } of [database, other]) {
      leases.setHolder({ onRequested: (key) => void leases.release(key), onLost: () => Promise.resolve() });
    }
  });
  afterEach(async () => {
    await Promise.all([database.close(), other.close()]);
    await relay.close();
    await testDatabase.remove();
  });

  const daemonIds = () => testDatabase.execute('SELECT id FROM daemons ORDER BY registered_at, id');

  it.each<[string, () => Promise<unknown>]>([
    ['carries nothing any more, while it stays open', async () => expect(relay.freeze(isOfLocks)).toBe(1)],
    [
      'is closed by the server',
      () =>
        testDatabase.execute(`SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
          WHERE locktype = 'advisory' AND datname = current_database()`),
    ],
  ])('that %s is replaced at once, with its locks, leases and notices', async (_, lose) => {
    const before = await daemonIds();
    await database.leases.acquire('a');
    let end: () => void = () => undefined;
    const order: string[] = [];
    const working = new Promise<Promise<unknown>>((holds) => {
      const work: Promise<unknown> = database.locks.run('alice', async () => {
        await new Promise<void>((resolve) => {
          end = resolve;
          holds(Promise.resolve());
        });
        order.push('first');
      });
      void work;
    });
    await working;
    const startedAt = performance.now();
    await lose();
    await logger.line('database lock connection restored');
    // A lease is used for 4 seconds without a renewal, and lasts 12.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    const waiting = other.locks.run('alice', async () => void order.push('second'));
    const renewals = () => testDatabase.execute('SELECT expires_at FROM daemons ORDER BY registered_at, id LIMIT 1');
    const [first] = await renewals();
    await until(async () => (await renewals())[0]?.['expires_at'] !== first?.['expires_at']);
    expect(database.leases.guard?.deadline.isOver()).toBe(false);
    end();
    await waiting;
    expect(order).toEqual(['first', 'second']);
    expect(await daemonIds()).toEqual(before);
    expect(logger.lines.map(({ message }) => message)).not.toContain('database locks lost to other daemons');
    // The request reaches the daemon on its new connection.
    await other.leases.acquire('a');
  });
});

describe.skipIf(postgresMissing)(`the locks after a restart of the server ${postgresMissing ?? ''}`, () => {
  it('may be taken by other daemons only two seconds after the start', async () => {
    const testDatabase = await createMigratedPostgres();
    const clock = createFakeClock();
    const connect = async () => {
      const client = new pg.Client({ connectionString: testDatabase.uri.reveal() });
      await client.connect();
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
      // The server has started just now.
      Object.assign(client, {
        query: (...args: unknown[]) =>
          String(args[0]).includes('AS age') ? Promise.resolve({ rows: [{ age: 500 }] }) : query(...args),
      });
      return client;
    };
    const locks = await openAdvisoryLocks({
      connect,
      explain: (error) => new Error('a query failed', { cause: error }),
      clock,
      logger: silentLogger,
    });
    let isTaken = false;
    const taken = locks.run('alice', async () => void (isTaken = true));
    for (let ms = 0; ms < 1_400; ms += 100) await clock.advance(100);
    await anotherTurn();
    expect(isTaken).toBe(false);
    await until(async () => {
      await clock.advance(500);
      return isTaken;
    });
    await taken;
    await locks.close();
    await testDatabase.remove();
  });
});
