import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { leaveSession } from '../../src/login/owned-logins.js';
import { readUser, writeUser } from '../../src/login/login-codec.js';
import { createConsumer, sessionFormats } from '../../src/sessions/consumer.js';
import { createSessionLeases } from '../../src/sessions/leases.js';
import type { TelegramUserId } from '../../src/telegram/shapes.js';
import { openTestDatabase } from '../support/database.js';
import { silentLogger } from '../support/silent-logger.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';

const hour = 3_600_000;
const telegramUserId = '700020123';
const program = createConsumer({
  name: 'archiver',
  users: ['example.test'],
  formats: sessionFormats,
  mayAcquire: true,
});

describe.skipIf(postgresMissing)(`daemons whose clocks are two hours apart ${postgresMissing ?? ''}`, () => {
  let testDatabase: TestDatabase;
  let databases: readonly Database[];

  beforeEach(async () => {
    testDatabase = await createMigratedPostgres();
    const open = (aheadMs: number) =>
      openTestDatabase({ uri: testDatabase.uri, clock: { ...systemClock, now: () => systemClock.now() + aheadMs } });
    databases = [await open(-hour), await open(hour)];
  });
  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await testDatabase.remove();
  });

  it('read the same time from the database', async () => {
    const [late, early] = await Promise.all(databases.map((database) => database.now()));
    expect(Math.abs((late ?? 0) - (early ?? 0))).toBeLessThan(hour / 2);
  });

  it('agree when the lease of a session ends, and which lease is newer', async () => {
    const [late, early] = databases.map((database) =>
      createSessionLeases({
        database,
        maxLeaseMs: hour,
        defaultLeaseMs: hour,
        graceMs: 0,
        writeSession: (_, session) => session,
        readProfile: readUser,
        closeConnection: () => Promise.resolve(),
        leaveSession,
        random: systemRandom,
        logger: silentLogger,
      }),
    );
    if (!late || !early) expect.unreachable();
    const names = { username: null, firstName: 'Any', lastName: null, phone: null, isBot: false };
    await databases[0]?.transaction((tx) =>
      tx.telegramAccounts.insert({
        id: 'a1',
        owner: '@alice:example.test' as Mxid,
        telegramUserId,
        session: new Secret('session'),
        profile: writeUser({ id: telegramUserId as TelegramUserId, ...names }),
        heldBy: 'gangway',
        createdAt: 1,
        updatedAt: 1,
      }),
    );
    const asked = { telegramUserId, format: 'gramjs', lifetimeMs: undefined, requestId: undefined } as const;
    const lease = await late.acquire(program, asked);
    await early.sweep();
    expect(await early.list(program)).toMatchObject([{ heldBy: 'lease' }]);
    await early.release(program, lease.leaseId);
    // As if the row of the last lease had been deleted after its day.
    await testDatabase.execute('DELETE FROM session_leases');
    const newest = await early.acquire(program, asked);
    await early.release(program, newest.leaseId);
    await testDatabase.execute('DELETE FROM session_leases');
    expect((await late.acquire(program, asked)).fencing).toBeGreaterThan(newest.fencing);
  });
});
