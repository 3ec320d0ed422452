import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricDefinitions } from '../../src/app/metrics/definitions.js';
import { measureLeases } from '../../src/app/metrics/measured-ports.js';
import { type Clock, systemClock } from '../../src/base/clock.js';
import type { LeaseHolder } from '../../src/base/leases.js';
import type { Database } from '../../src/database/database.js';
import type { DatabaseOptions } from '../../src/database/open-database.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { samplesIn } from '../support/metrics.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { until } from '../support/until.js';

/** A clock whose timers can be stopped, as SIGSTOP stops those of a process. */
function createStoppableClock(): { readonly clock: Clock; readonly stop: () => void } {
  let isStopped = false;
  return {
    clock: {
      now: () => systemClock.now(),
      after: (delayMs, task) => systemClock.after(delayMs, () => (isStopped ? undefined : task())),
    },
    stop: () => (isStopped = true),
  };
}

describe.skipIf(postgresMissing)(`the leases of daemons on one PostgreSQL database ${postgresMissing ?? ''}`, () => {
  let testDatabase: TestDatabase;
  const opened: Database[] = [];

  const open = async (options: Partial<DatabaseOptions> = {}) => {
    const database = await openTestDatabase({ uri: testDatabase.uri, exclusive: true, ...options });
    opened.push(database);
    return database;
  };

  /** Opens the database of a daemon whose leases are counted. */
  const openMeasured = async () => {
    const database = await open();
    const metrics = createMetrics(metricDefinitions);
    const counted = async () => {
      const counts: Record<string, number> = {};
      for (const { name, labels, value } of samplesIn((await metrics.render()).text)) {
        if (name === 'gangway_connection_leases') counts['held'] = value;
        if (name === 'gangway_connection_lease_wait_seconds_count') counts['waits'] = value;
        if (name === 'gangway_connection_lease_events_total' && value > 0) counts[labels['event'] ?? ''] = value;
      }
      return counts;
    };
    return { database, leases: measureLeases(database.leases, metrics), counted };
  };

  /** Registers a holder that releases a key as soon as it is requested. */
  const hold = ({ leases }: Pick<Database, 'leases'>, changes: Partial<LeaseHolder> = {}) =>
    leases.setHolder({
      onRequested: (key) => void leases.release(key),
      onLost: () => Promise.resolve(),
      ...changes,
    });

  const leaseRows = () => testDatabase.execute('SELECT key, daemon FROM connection_leases');
  const daemonRows = () => testDatabase.execute('SELECT id FROM daemons ORDER BY registered_at, id');

  /** Ends the time of all leases, as if the daemons had not renewed them for so long. */
  const expireAll = () => testDatabase.execute('UPDATE daemons SET expires_at = 0');

  /** Ends the lease of all daemons, as another daemon does. */
  const evictAll = () => testDatabase.execute('DELETE FROM daemons');

  beforeEach(async () => {
    testDatabase = await createMigratedPostgres();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await testDatabase.remove();
  });

  it('let the database be opened offline only while no daemon runs', async () => {
    const offline = () => open({ exclusive: false, offline: true });
    const daemon = await open();
    const { pathname } = new URL(testDatabase.uri.reveal());
    await expect(offline()).rejects.toMatchObject({
      details: { kind: 'daemon_running', database: pathname.slice(1) },
    });
    await daemon.close();
    await expect(offline()).resolves.toBeDefined();
    expect(await daemonRows()).toEqual([]);
  });

  it('give a key to one daemon at a time, and move it when its holder releases it', async () => {
    const [first, second] = [await open(), await open()];
    const requests: string[] = [];
    hold(first, { onRequested: (key) => requests.push(key) });
    hold(second);
    await first.leases.acquire('a');
    const order: string[] = [];
    const moved = second.leases.acquire('a').then(() => order.push('acquired'));
    await until(async () => requests.length > 0);
    expect(requests[0]).toBe('a');
    order.push('released');
    await Promise.all([first.leases.release('a'), moved]);
    expect(order).toEqual(['released', 'acquired']);
    const holders = await leaseRows();
    expect(holders).toMatchObject([{ key: 'a', daemon: (await daemonRows())[1]?.['id'] }]);
  });

  it('are in the metrics of each daemon: held, acquired, requested, failed and lost', async () => {
    const [first, second] = await Promise.all([openMeasured(), openMeasured()]);
    let isLost: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => (isLost = resolve));
    hold(first, { onLost: async () => isLost() });
    hold(second);
    await first.leases.acquire('a');
    await first.leases.acquire('b');
    await first.leases.acquire('c');
    await first.leases.release('c');
    await second.leases.acquire('a');
    expect(await Promise.all([first.counted(), second.counted()])).toEqual([
      { held: 1, waits: 3, acquired: 3, requested: 1 },
      { held: 1, waits: 1, acquired: 1 },
    ]);
    await evictAll();
    await lost;
    expect(await first.counted()).toEqual({ held: 0, waits: 3, acquired: 3, requested: 1, lost: 1 });
    await second.database.close();
    await expect(second.leases.acquire('d')).rejects.toThrow();
    expect(await second.counted()).toMatchObject({ failed: 1, acquired: 1 });
  });

  it('move between daemons by turns without two holders at once', async () => {
    const daemons = [await open(), await open(), await open()];
    const holders = new Map<string, number>();
    let most = 0;
    for (const database of daemons) hold(database, { onRequested: () => undefined });
    const use = async ({ leases }: Database, key: string) => {
      await leases.acquire(key);
      const now = (holders.get(key) ?? 0) + 1;
      most = Math.max(most, now);
      holders.set(key, now);
      await new Promise((resolve) => setImmediate(resolve));
      holders.set(key, (holders.get(key) ?? 0) - 1);
      await leases.release(key);
    };
    const uses = daemons.flatMap((database) => ['a', 'b', 'a', 'b'].map((key) => [database, key] as const));
    await Promise.all(uses.map(([database, key]) => use(database, key)));
    expect({ most, rows: await leaseRows() }).toEqual({ most: 1, rows: [] });
  });

  it('wait for a release elsewhere without taking the key', async () => {
    const [first, second] = [await open(), await open()];
    hold(first);
    await second.leases.awaitRelease('a');
    await second.leases.acquire('b');
    await second.leases.awaitRelease('b');
    await first.leases.acquire('a');
    await second.leases.awaitRelease('a');
    expect(await leaseRows()).toMatchObject([{ key: 'b' }]);
  });

  it('end when their daemon stops, and their daemon leaves nothing behind', async () => {
    const [first, second] = [await open(), await open()];
    await first.leases.acquire('a');
    await first.close();
    await second.leases.acquire('a');
    expect(await daemonRows()).toHaveLength(1);
  });

  it.each([-60_000, 60_000])(
    'count by the clock of the database only, with a daemon that is %i ms off',
    async (offMs) => {
      const clock = { ...systemClock, now: () => systemClock.now() + offMs };
      const wrong = await open({ clock });
      const right = await open();
      hold(wrong);
      hold(right);
      await wrong.leases.acquire('a');
      await right.leases.acquire('b');
      const before = await daemonRows();
      // Long enough for both daemons to renew, and to look for daemons whose time is over.
      const renewals = () => testDatabase.execute('SELECT id, expires_at FROM daemons ORDER BY registered_at, id');
      const first = await renewals();
      await until(async () =>
        (await renewals()).every((row, index) => row['expires_at'] !== first[index]?.['expires_at']),
      );
      const [{ left } = {}] = await testDatabase.execute(
        'SELECT max(abs(expires_at - (extract(epoch FROM clock_timestamp()) * 1000)::bigint)) AS left FROM daemons',
      );
      expect(Number(left)).toBeLessThanOrEqual(12_000);
      expect(await daemonRows()).toEqual(before);
      expect(await leaseRows()).toHaveLength(2);
      expect([wrong, right].map(({ leases }) => leases.guard?.deadline.isOver())).toEqual([false, false]);
      await right.leases.acquire('a');
    },
  );

  it('pass to another daemon when their time is over, with the locks of the lost daemon', async () => {
    const { clock, stop } = createStoppableClock();
    const first = await open({ clock });
    const logger = createRecordingLogger();
    await first.leases.acquire('a');
    let mayEnd: () => void = () => undefined;
    const locked = new Promise<void>((holds) => {
      void first.locks.run('alice', () => new Promise<void>((end) => ((mayEnd = end), holds()))).catch(() => undefined);
    });
    await locked;
    stop();
    const second = await open({ logger });
    await expireAll();
    await logger.line('lease of a lost daemon ended');
    await second.leases.acquire('a');
    expect(await second.locks.run('alice', () => Promise.resolve('mine'))).toBe('mine');
    mayEnd();
  });

  it('are lost with all that the daemon may write, until what it had begun has ended', async () => {
    const logger = createRecordingLogger();
    const database = await open({ logger });
    let closed: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => {
      hold(database, {
        onLost() {
          resolve();
          return new Promise((close) => (closed = close));
        },
      });
    });
    await database.leases.acquire('a');
    let mayEnd: () => void = () => undefined;
    let write: Promise<unknown> = Promise.resolve();
    const working = new Promise<Promise<unknown>>((holds) => {
      const work = database.locks.run('alice', async () => {
        await new Promise<void>((end) => ((mayEnd = end), holds(Promise.resolve())));
        write = database.transaction((tx) => tx.floodWaits.save('alice', 1));
        await write.catch(() => undefined);
      });
      void work;
    });
    await working;
    await evictAll();
    await lost;
    expect(database.leases.guard?.deadline.isOver()).toBe(true);
    closed();
    const busy = { details: { kind: 'busy' } };
    await expect(database.transaction((tx) => tx.floodWaits.find('bob', 0))).rejects.toMatchObject(busy);
    await expect(database.leases.acquire('b')).rejects.toMatchObject(busy);
    await expect(database.locks.run('bob', () => Promise.resolve())).rejects.toMatchObject(busy);
    mayEnd();
    await logger.line('daemon registered again');
    await expect(write).rejects.toMatchObject(busy);
    await database.transaction((tx) => tx.floodWaits.save('bob', 1));
    await database.leases.acquire('a');
    expect(await testDatabase.execute('SELECT * FROM flood_waits')).toHaveLength(1);
  });

  it('reject the first write of a daemon that has not learned yet that it is lost', async () => {
    const database = await open();
    hold(database);
    await evictAll();
    const outcome = await database.transaction((tx) => tx.floodWaits.save('alice', 1)).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ details: { kind: 'busy' } });
    await until(() =>
      database
        .transaction((tx) => tx.floodWaits.save('alice', 1))
        .then(
          () => true,
          () => false,
        ),
    );
  });

  it('end only after the transaction that had begun before', async () => {
    const { clock, stop } = createStoppableClock();
    const first = await open({ clock });
    stop();
    let finish: () => void = () => undefined;
    const writing = new Promise<Promise<unknown>>((began) => {
      const transaction = first.transaction(async (tx) => {
        await tx.floodWaits.save('alice', 1);
        await new Promise<void>((end) => ((finish = end), began(transaction)));
      });
      transaction.catch(() => undefined);
    });
    void writing;
    const fences = () =>
      testDatabase.execute(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
    await until(async () => (await fences()).length > 0);
    const logger = createRecordingLogger();
    await open({ logger });
    await expireAll();
    await logger.line('lease of a lost daemon ended');
    finish();
    // Its connection was closed, so that it cannot commit later.
    await expect(writing).rejects.toMatchObject({ details: { kind: 'unreachable' } });
    expect(await testDatabase.execute('SELECT * FROM flood_waits')).toEqual([]);
  });

  it('choose one daemon for the duties of all, and another one when that stops', async () => {
    const [first, second] = [await open(), await open()];
    expect([first.leads(), second.leads()]).toEqual([true, false]);
    await first.close();
    await until(() => Promise.resolve(second.leads()));
  });

  it('pass to another daemon if the answer that granted them was lost', async () => {
    const [holder, other] = [await open(), await open()];
    hold(holder);
    hold(other);
    await testDatabase.execute(
      `INSERT INTO connection_leases (key, daemon, fencing_token)
       SELECT 'a', id, 'unknown' FROM daemons ORDER BY registered_at, id LIMIT 1`,
    );
    await other.leases.acquire('a');
    expect(await leaseRows()).toMatchObject([{ key: 'a', daemon: (await daemonRows())[1]?.['id'] }]);
  });

  it('survive a release that fails, and take no newer lease away', async () => {
    const database = await open();
    hold(database);
    await database.leases.acquire('a');
    await testDatabase.execute('ALTER TABLE connection_leases RENAME TO gone');
    await database.leases.release('a');
    await testDatabase.execute('ALTER TABLE gone RENAME TO connection_leases');
    expect(await leaseRows()).toHaveLength(1);
    await database.leases.acquire('a');
    const renewed = await testDatabase.execute('SELECT fencing_token FROM connection_leases');
    const other = await open();
    hold(other);
    await database.leases.acquire('b');
    await database.leases.release('b');
    expect(await testDatabase.execute('SELECT fencing_token FROM connection_leases')).toEqual(renewed);
    await database.leases.release('a');
    await other.leases.acquire('a');
  });
});
