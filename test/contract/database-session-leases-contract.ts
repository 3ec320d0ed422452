import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyedMutex } from '../../src/base/keyed-mutex.js';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { endLinked, leaveSession } from '../../src/login/owned-logins.js';
import { readState, readUser, writeUser } from '../../src/login/login-codec.js';
import { createConsumer, sessionFormats } from '../../src/sessions/consumer.js';
import { SessionFailure } from '../../src/sessions/failure.js';
import { createSessionLeases, type SessionLeaseService } from '../../src/sessions/leases.js';
import type { TelegramUserId } from '../../src/telegram/shapes.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';
import { silentLogger } from '../support/silent-logger.js';

const alice = '@alice:example.org' as Mxid;
const bob = '@bob:other.org' as Mxid;
const minutes = 60_000;
const graceMs = 30_000;
const telegramUserId = '700020123';
const asked = { telegramUserId, format: 'gramjs', lifetimeMs: 5 * minutes, requestId: undefined } as const;

const program = (name: string, changes = {}) =>
  createConsumer({ name, users: ['example.org'], formats: sessionFormats, mayAcquire: true, ...changes });
const archiver = program('archiver');
const indexer = program('indexer');

/** What the database promises of leases, on every engine. */
export function describeSessionLeases(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let clock: FakeClock;
  let leases: SessionLeaseService;
  let closed: string[];

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
    clock = createFakeClock();
    closed = [];
    leases = open(database);
    await logIn('a1', alice, telegramUserId);
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  function open(on: Database): SessionLeaseService {
    return createSessionLeases({
      database: { ...on, now: async () => clock.now() },
      maxLeaseMs: 10 * minutes,
      defaultLeaseMs: minutes,
      graceMs,
      writeSession: (format, session) => new Secret(`${format} ${session.reveal()}`),
      readProfile: readUser,
      closeConnection: async (id) => void closed.push(id),
      leaveSession,
      random: systemRandom,
      logger: silentLogger,
    });
  }

  async function logIn(id: string, owner: Mxid, user: string): Promise<void> {
    const names = { username: null, firstName: 'Any', lastName: null, phone: null, isBot: false };
    const profile = writeUser({ id: user as TelegramUserId, ...names });
    const times = { createdAt: clock.now(), updatedAt: clock.now() };
    const session = new Secret(`session of ${id}`);
    await database.transaction((tx) =>
      tx.telegramAccounts.insert({ id, owner, telegramUserId: user, session, profile, heldBy: 'gangway', ...times }),
    );
  }

  const endLogin = (id: string) =>
    database.transaction(async (tx) => {
      const account = await tx.telegramAccounts.find(id);
      if (!account) throw new Error('no such account');
      await tx.telegramAccounts.delete(id);
      await endLinked(tx, account, clock.now());
    });

  /** Returns the holder of the session of the account: exactly one at any time. */
  async function whereIs(id: string): Promise<string> {
    const places = await database.transaction(async (tx) => {
      const account = await tx.telegramAccounts.find(id);
      const lease = await tx.sessionLeases.find(id);
      const left = await tx.loginProcesses.listByOwner(account?.owner ?? alice, 0);
      const leftover = left.map(({ state }) => readState(state)).some((state) => 'session' in state && state.session);
      return [
        ...(account?.session ? [`account, held by ${account.heldBy}`] : []),
        ...(lease?.session ? [`lease, ${lease.state}${account ? `, account held by ${account.heldBy}` : ''}`] : []),
        ...(leftover ? ['leftover'] : []),
      ];
    });
    return places.join(' and ');
  }

  const here = 'account, held by gangway';
  const leased = 'lease, active, account held by lease';

  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof SessionFailure ? error.details.kind : error),
    );

  it('a session is leased after its connection is closed, and used here again after its release', async () => {
    const lease = await leases.acquire(archiver, asked);
    expect(closed).toEqual(['a1']);
    expect(lease).toMatchObject({ owner: alice, user: { id: telegramUserId }, expiresAt: clock.now() + 5 * minutes });
    expect(lease.session.reveal()).toBe('gramjs session of a1');
    expect(await whereIs('a1')).toBe(leased);
    await leases.release(archiver, lease.leaseId);
    expect(await whereIs('a1')).toBe(here);
    expect(await failureOf(leases.release(archiver, lease.leaseId))).toBe('lease_over');
  });

  it('a leased session is refused to others, with its holder and its expiry, and to the holder itself', async () => {
    const { expiresAt } = await leases.acquire(archiver, asked);
    const details = { kind: 'session_held', heldBy: 'lease', consumer: 'archiver', expiresAt };
    for (const consumer of [indexer, archiver]) {
      await expect(leases.acquire(consumer, asked)).rejects.toMatchObject({ details });
    }
  });

  it('one of many concurrent requests gets the session', async () => {
    const names = Array.from({ length: 12 }, (_, index) => program(`p${index}`));
    const other = open(database);
    const outcomes = await Promise.all(
      names.map((consumer, index) => failureOf((index % 2 === 0 ? leases : other).acquire(consumer, asked))),
    );
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'session_held')).toHaveLength(11);
    expect(await whereIs('a1')).toBe(leased);
  });

  it('a repeated request is answered with the same lease, in any format, until it expires', async () => {
    const request = { ...asked, requestId: 'r1' };
    const first = await leases.acquire(archiver, request);
    const again = await leases.acquire(archiver, { ...request, format: 'telethon' });
    expect({ ...again, session: first.session }).toEqual(first);
    expect(again.session.reveal()).toBe('telethon session of a1');
    expect(await failureOf(leases.acquire(archiver, { ...request, requestId: 'r2' }))).toBe('session_held');
    expect(await failureOf(leases.acquire(indexer, request))).toBe('session_held');
    await clock.advance(5 * minutes);
    expect(await failureOf(leases.acquire(archiver, request))).toBe('session_held');
  });

  it('an expired lease cannot be renewed or released by its old holder, and its session returns after a while', async () => {
    const { leaseId, fencing } = await leases.acquire(archiver, asked);
    await clock.advance(5 * minutes - 1);
    await leases.sweep();
    expect(await whereIs('a1')).toBe(leased);
    await clock.advance(1);
    for (const act of [leases.renew(archiver, leaseId, 1), leases.release(archiver, leaseId)]) {
      expect(await failureOf(act)).toBe('lease_over');
    }
    await clock.advance(graceMs - 1);
    await leases.sweep();
    expect(await failureOf(leases.acquire(indexer, asked))).toBe('session_held');
    await clock.advance(1);
    await leases.sweep();
    expect(await whereIs('a1')).toBe(here);

    const next = await leases.acquire(indexer, asked);
    expect(next.fencing).toBeGreaterThan(fencing);
    expect(await failureOf(leases.release(archiver, leaseId))).toBe('lease_over');
    expect(await whereIs('a1')).toBe(leased);
  });

  it('fencing numbers grow, also within one millisecond and after the last lease is deleted', async () => {
    const numbers: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { leaseId, fencing } = await leases.acquire(archiver, asked);
      numbers.push(fencing);
      await leases.release(archiver, leaseId);
    }
    await clock.advance(25 * 60 * minutes);
    await leases.sweep();
    numbers.push((await leases.acquire(archiver, asked)).fencing);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
  });

  it('a lease is renewed up to the longest time, and never shortened', async () => {
    const { leaseId, expiresAt } = await leases.acquire(archiver, { ...asked, lifetimeMs: 99 * minutes });
    expect(expiresAt).toBe(clock.now() + 10 * minutes);
    expect((await leases.renew(archiver, leaseId, 1)).expiresAt).toBe(expiresAt);
    await clock.advance(9 * minutes);
    expect((await leases.renew(archiver, leaseId, undefined)).expiresAt).toBe(clock.now() + minutes);
    expect((await leases.renew(archiver, leaseId, 99 * minutes)).expiresAt).toBe(clock.now() + 10 * minutes);
    expect(await failureOf(leases.renew(indexer, leaseId, 1))).toBe('lease_over');
    expect(await failureOf(leases.release(indexer, leaseId))).toBe('lease_over');
    expect(await failureOf(leases.renew(archiver, 'another', 1))).toBe('lease_over');
  });

  it.each([
    ['access', { mayAcquire: false }],
    ['users', { users: ['other.org'] }],
  ])('a lease is not renewed after its program has lost %s, and can be released', async (_, changes) => {
    const { leaseId } = await leases.acquire(archiver, asked);
    const restricted = program('archiver', changes);
    expect(await failureOf(leases.renew(restricted, leaseId, minutes))).toBe('lease_over');
    expect(await whereIs('a1')).toBe(leased);
    await leases.release(restricted, leaseId);
    expect(await whereIs('a1')).toBe(here);
  });

  it('leases and their ends are events, with their subjects', async () => {
    const { leaseId, fencing, expiresAt } = await leases.acquire(archiver, asked);
    await clock.advance(1);
    await leases.release(archiver, leaseId);
    await clock.advance(1);
    await leases.acquire(indexer, asked);
    await clock.advance(5 * minutes + graceMs);
    await leases.sweep();
    const stored = await database.transaction((tx) => tx.events.listNew(99));
    const events = stored.map(({ body }) => JSON.parse(body) as { type: string; data: object });
    const user = { user_id: alice, telegram_user_id: telegramUserId };
    expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'lease.taken', data: { ...user, consumer: 'archiver', fencing, expires_at: expiresAt } },
      { type: 'lease.ended', data: { ...user, consumer: 'archiver', reason: 'released' } },
      { type: 'lease.taken', data: expect.objectContaining({ ...user, consumer: 'indexer' }) },
      { type: 'lease.ended', data: { ...user, consumer: 'indexer', reason: 'expired' } },
    ]);
    expect(JSON.stringify(stored)).not.toContain('session of');
  });

  it('programs see and get only permitted sessions', async () => {
    await logIn('b1', bob, '700020124');
    const everything = program('all', { users: ['*'] });
    const own = program('own', { users: [bob], formats: ['gotd'] });
    const reader = program('reader', { mayAcquire: false });
    await leases.acquire(archiver, asked);
    const users = async (...args: Parameters<typeof leases.list>) =>
      (await leases.list(...args)).map(({ owner, heldBy, lease }) => [owner, heldBy, lease?.consumer]);
    expect(await users(everything)).toEqual([
      [alice, 'lease', 'archiver'],
      [bob, 'gangway', undefined],
    ]);
    expect(await users(everything, bob)).toEqual([[bob, 'gangway', undefined]]);
    expect(await users(own)).toEqual([[bob, 'gangway', undefined]]);
    expect(await users(reader)).toEqual([[alice, 'lease', 'archiver']]);
    expect(await failureOf(leases.acquire(own, { ...asked, format: 'gotd' }))).toBe('session_unknown');
    expect(await failureOf(leases.acquire(own, { ...asked, telegramUserId: '700020124' }))).toBe('format_forbidden');
    expect(await failureOf(leases.acquire(reader, asked))).toBe('acquire_forbidden');
    expect(await failureOf(leases.acquire(archiver, { ...asked, telegramUserId: '1' }))).toBe('session_unknown');
  });

  it.each(['hand_over', 'bridge', 'export'] as const)('a session that is held by %s is not leased', async (to) => {
    const change = { from: 'gangway', to, session: null, at: clock.now() } as const;
    await database.transaction((tx) => tx.telegramAccounts.setHolder('a1', change));
    await expect(leases.acquire(archiver, asked)).rejects.toMatchObject({
      details: { kind: 'session_held', heldBy: to, consumer: undefined },
    });
  });

  it('the session of a login that ends is ended at Telegram only when its lease is over', async () => {
    const first = await leases.acquire(archiver, asked);
    await endLogin('a1');
    expect(await whereIs('a1')).toBe('lease, ending');
    expect(await failureOf(leases.renew(archiver, first.leaseId, minutes))).toBe('lease_over');
    await leases.sweep();
    expect(await whereIs('a1')).toBe('lease, ending');
    await leases.release(archiver, first.leaseId);
    expect(await whereIs('a1')).toBe('leftover');
  });

  it('the session of a login that ends is ended at Telegram when its lease expires', async () => {
    await leases.acquire(archiver, asked);
    await endLogin('a1');
    await clock.advance(5 * minutes + graceMs);
    await leases.sweep();
    expect(await whereIs('a1')).toBe('leftover');
  });

  describe('a daemon that is killed', () => {
    /**
     * A database that answers so many transactions. Then it may commit one more, and returns no
     * answer.
     */
    function dying(answered: number, commitsLast: boolean) {
      let left = answered;
      let die: () => void = () => undefined;
      const dead = new Promise<void>((resolve) => (die = resolve));
      const never = new Promise<never>(() => undefined);
      const locks = new KeyedMutex();
      const dyingDatabase: Database = {
        ...database,
        locks: { run: (name, work) => locks.run(name, work) },
        read: (work) => (left < 0 ? never : database.read(work)),
        async transaction(work) {
          if (left < 0) return never;
          left -= 1;
          if (left >= 0) return database.transaction(work);
          if (commitsLast) await database.transaction(work);
          die();
          return never;
        },
      };
      return { database: dyingDatabase, dead };
    }

    const points = Array.from({ length: 8 }, (_, answered) => [false, true].map((last) => [answered, last] as const));

    it.each(points.flat())(
      'has the session in one place after %i transactions (the next committed: %s)',
      async (n, last) => {
        const killed = dying(n, last);
        const service = open(killed.database);
        const work = async () => {
          const { leaseId } = await service.acquire(archiver, asked);
          await service.renew(archiver, leaseId, 5 * minutes);
          await service.release(archiver, leaseId);
        };
        await Promise.race([work(), killed.dead]);
        expect([here, leased]).toContain(await whereIs('a1'));
        await clock.advance(10 * minutes + graceMs);
        await leases.sweep();
        expect(await whereIs('a1')).toBe(here);
        expect(await failureOf(leases.acquire(indexer, asked))).toBe('none');
      },
    );
  });
}
