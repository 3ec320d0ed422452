import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLocalRateLimiter,
  type RateEvent,
  type RateLimit,
  type RateLimiter,
} from '../../src/base/rate-limiter.js';
import { Secret } from '../../src/base/secret.js';
import { systemClock } from '../../src/base/clock.js';
import type { Database } from '../../src/database/database.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock } from '../support/fake-clock.js';
import { recordStatements } from '../support/statement-recorder.js';
import { startTcpRelay } from '../support/tcp-relay.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';

const dayMs = 86_400_000;
const limitOf = (name: string, max: number, windowMs = dayMs): RateLimit => ({ name, allowance: { max, windowMs } });
const eventOf = (limit: RateLimit, key = 'alice'): RateEvent => ({ limit, key });

/** Returns how many of the attempts are admitted, made at the same time by daemons at random. */
async function spray(limiters: readonly RateLimiter[], attempts: readonly (readonly RateEvent[])[]): Promise<number> {
  const admissions = await Promise.all(
    attempts.map(async (events) => limiters[Math.floor(Math.random() * limiters.length)]?.admit(events)),
  );
  return admissions.filter((admission) => admission?.isAdmitted).length;
}

const admits = async (limiter: RateLimiter, ...events: readonly RateEvent[]) =>
  (await limiter.admit(events)).isAdmitted;

interface Daemons {
  readonly limiters: readonly RateLimiter[];
  readonly close: () => Promise<void>;
}

const onPostgres = async (): Promise<Daemons & { readonly testDatabase: TestDatabase }> => {
  const testDatabase = await createMigratedPostgres();
  const databases: Database[] = [];
  for (let count = 0; count < 3; count += 1) databases.push(await openTestDatabase({ uri: testDatabase.uri }));
  return {
    testDatabase,
    limiters: databases.map(({ limiter }) => limiter),
    async close() {
      await Promise.all(databases.map((database) => database.close()));
      await testDatabase.remove();
    },
  };
};
const inMemory = (): Daemons => ({ limiters: [createLocalRateLimiter(systemClock)], close: () => Promise.resolve() });

describe.each([
  { name: 'in memory', start: inMemory, skip: false },
  { name: 'of three daemons on PostgreSQL', start: onPostgres, skip: postgresMissing !== undefined },
])('rate limits $name', ({ start, skip }) => {
  let daemons: Daemons;
  let one: RateLimiter;

  beforeEach(async (context) => {
    if (skip) context.skip();
    daemons = await start();
    [one] = daemons.limiters as [RateLimiter];
  });
  afterEach(() => daemons?.close());

  it.each([1, 2, 7, 1000])('admit exactly %d of more attempts sent to any daemon at once', async (max) => {
    const limit = limitOf('attempts', max);
    const attempts = Array.from({ length: max + 30 }, () => [eventOf(limit)]);
    expect(await spray(daemons.limiters, attempts)).toBe(max);
    expect(await spray(daemons.limiters, attempts)).toBe(0);
    expect(await admits(one, eventOf(limit, 'bob'))).toBe(true);
  });

  it('admit exactly the smaller of two limits, and count nothing in the other when they refuse', async () => {
    const [user, country] = [limitOf('by user', 3), limitOf('by country', 5)];
    const users = ['alice', 'bob', 'carol', 'dave'];
    const attempts = Array.from({ length: 40 }, (_, n) => [eventOf(user, users[n % 4]), eventOf(country, '44')]);
    expect(await spray(daemons.limiters, attempts)).toBeLessThanOrEqual(5);
    // What was refused at the same time may be tried again.
    for (const events of attempts) await one.admit(events);
    expect(await admits(one, eventOf(country, '44'))).toBe(false);
    const left = await Promise.all(
      users.map(async (name) => {
        let room = 0;
        while (await admits(one, eventOf(user, name))) room += 1;
        return room;
      }),
    );
    expect(left.reduce((sum, room) => sum + room, 0)).toBe(4 * 3 - 5);
  });

  it('return how long until there is room, without counting', async () => {
    const limit = limitOf('attempts', 2, 60_000);
    expect(await one.waitMs([eventOf(limit)])).toBe(0);
    expect([await admits(one, eventOf(limit)), await admits(one, eventOf(limit))]).toEqual([true, true]);
    for (const limiter of daemons.limiters) {
      const waitMs = await limiter.waitMs([eventOf(limit)]);
      expect(waitMs).toBeGreaterThan(20_000);
      expect(waitMs).toBeLessThanOrEqual(30_000);
      const refused = await limiter.admit([eventOf(limit)]);
      expect(refused).toMatchObject({ isAdmitted: false, retryAfterMs: expect.any(Number) });
      if (!refused.isAdmitted) expect(Math.abs(refused.retryAfterMs - waitMs)).toBeLessThan(5_000);
    }
  });

  it('have room again for what was revoked, and only for that', async () => {
    const [kept, revoked] = [limitOf('kept', 1), limitOf('revoked', 1)];
    const events = [eventOf(kept), eventOf(revoked)];
    const admission = await one.admit(events);
    if (!admission.isAdmitted) throw new Error('refused');
    expect(await admits(one, eventOf(revoked))).toBe(false);
    await admission.revoke(events.slice(1));
    expect([await admits(one, eventOf(kept)), await admits(one, eventOf(revoked))]).toEqual([false, true]);
    expect(await admits(one, eventOf(revoked))).toBe(false);
  });

  it('of the same key but another name are counted separately', async () => {
    expect(await admits(one, eventOf(limitOf('one', 1)))).toBe(true);
    expect(await admits(one, eventOf(limitOf('other', 1)))).toBe(true);
  });

  it('have room again after the time of one event', async () => {
    const limit = limitOf('attempts', 1, 50);
    expect(await admits(one, eventOf(limit))).toBe(true);
    await expect.poll(() => admits(one, eventOf(limit)), { timeout: 5_000 }).toBe(true);
  });
});

it('a local bucket never has more room after a revoked event than without it', async () => {
  const steps = fc.array(fc.record({ wait: fc.nat(40_000), revokes: fc.boolean(), later: fc.nat(40_000) }));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (max, taken) => {
      const limit = limitOf('attempts', max, 60_000);
      const clock = createFakeClock();
      const [counted, revoked] = [createLocalRateLimiter(clock), createLocalRateLimiter(clock)];
      for (const { wait, revokes, later } of taken) {
        await clock.advance(wait);
        const events = [eventOf(limit)];
        const admission = await revoked.admit(events);
        if (!revokes) await counted.admit(events);
        await clock.advance(later);
        if (revokes && admission.isAdmitted) await admission.revoke(events);
        const [without, after] = [await counted.waitMs(events), await revoked.waitMs(events)];
        if (!revokes && !admission.isAdmitted) return;
        expect(after).toBeGreaterThanOrEqual(without - 1);
      }
    }),
    { numRuns: 200 },
  );
});

describe.skipIf(postgresMissing)('rate limits on PostgreSQL', () => {
  let daemons: Awaited<ReturnType<typeof onPostgres>>;
  beforeEach(async () => {
    daemons = await onPostgres();
  });
  afterEach(() => daemons.close());

  const rows = () => daemons.testDatabase.execute('SELECT key_hash, empty_at FROM rate_limits');

  it('store no key in clear, and nothing of limits that each daemon counts by itself', async () => {
    const [one, other] = daemons.limiters as [RateLimiter, RateLimiter];
    const local = { ...limitOf('by client', 1), isLocal: true };
    expect(await admits(one, eventOf(limitOf('by number', 5), '+447700900123'), eventOf(local, '198.51.100.7'))).toBe(
      true,
    );
    expect(await daemons.testDatabase.dump()).not.toMatch(/447700900123|198\.51\.100\.7|by number/);
    expect(await rows()).toMatchObject([{ key_hash: expect.stringMatching(/^[\w-]{43}$/) }]);
    expect([
      await admits(one, eventOf(local, '198.51.100.7')),
      await admits(other, eventOf(local, '198.51.100.7')),
    ]).toEqual([false, true]);
    expect(await rows()).toHaveLength(1);
  });

  it('cost one statement for an admitted event, and few for a flood of refused ones', async () => {
    const [one] = daemons.limiters as [RateLimiter];
    const [limit, second] = [limitOf('attempts', 1), limitOf('others', 1)];
    const recorder = recordStatements();
    try {
      const admitted = await recorder.during(() => one.admit([eventOf(limit), eventOf(second)]));
      expect(admitted).toHaveLength(1);
      const flood = await recorder.during(async () => {
        for (let n = 0; n < 500; n += 1) expect(await admits(one, eventOf(limit), eventOf(second))).toBe(false);
      });
      expect(flood.length).toBeGreaterThan(0);
      expect(flood.length).toBeLessThan(10);
    } finally {
      recorder.stop();
    }
  });

  it('delete empty buckets and keep the others', async () => {
    const [one] = daemons.limiters as [RateLimiter];
    await one.admit([eventOf(limitOf('short', 1, 1)), eventOf(limitOf('long', 1))]);
    await expect
      .poll(async () => {
        await one.sweep();
        return (await rows()).length;
      })
      .toBe(1);
    expect(await admits(one, eventOf(limitOf('long', 1)))).toBe(false);
  });

  it('are no longer than their window if the clock of the database was set back', async () => {
    const [one] = daemons.limiters as [RateLimiter];
    const limit = limitOf('attempts', 1, 60_000);
    await one.admit([eventOf(limit)]);
    await daemons.testDatabase.execute('UPDATE rate_limits SET empty_at = empty_at + 864000000000');
    expect(await one.waitMs([eventOf(limit)])).toBeLessThanOrEqual(60_000);
  });

  it('throw DatabaseFailure while the database is unreachable, and admit nothing', async () => {
    const url = new URL(daemons.testDatabase.uri.reveal());
    const relay = await startTcpRelay(Number(url.port));
    url.port = String(relay.port);
    const database = await openTestDatabase({ uri: new Secret(url.href) });
    const events = [eventOf(limitOf('attempts', 1))];
    const admission = await database.limiter.admit(events);
    relay.refuse();
    await expect(database.limiter.admit([eventOf(limitOf('others', 1))])).rejects.toBeInstanceOf(DatabaseFailure);
    await expect(database.limiter.waitMs(events)).rejects.toBeInstanceOf(DatabaseFailure);
    // It never rejects, because the work that was admitted has ended.
    if (admission.isAdmitted) await admission.revoke(events);
    await database.close();
    await relay.close();
  });

  it('must be used outside of transactions', async () => {
    const database = await openTestDatabase({ uri: daemons.testDatabase.uri });
    const inside = database.transaction(() => database.limiter.waitMs([eventOf(limitOf('attempts', 1))]));
    await expect(inside).rejects.toThrow('inside another transaction');
    await database.close();
  });
});
