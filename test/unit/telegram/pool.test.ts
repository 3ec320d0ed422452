import { beforeEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../../src/base/phone.js';
import type { LeaseHolder, Leases } from '../../../src/base/leases.js';
import { createSharedDeadline } from '../../../src/base/shared-deadline.js';
import { TelegramFailure } from '../../../src/telegram/failure.js';
import type { TelegramConnection, TelegramSession } from '../../../src/telegram/gateway.js';
import { createConnectionPool, type ConnectionPool, type ConnectionPoolDeps } from '../../../src/telegram/pool.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';
import { createFakeTelegram, type FakeTelegram } from '../../support/fake-telegram.js';
import { silentLogger } from '../../support/silent-logger.js';

const idleCloseMs = 60_000;
const phone = PhoneNumber.parse('+9996610001') ?? expect.unreachable();

let clock: FakeClock;
let telegram: FakeTelegram;

beforeEach(() => {
  clock = createFakeClock();
  telegram = createFakeTelegram({ clock });
});

function createPool(deps: Partial<ConnectionPoolDeps> = {}): ConnectionPool {
  return createConnectionPool({
    gateway: telegram.gateway,
    clock,
    logger: silentLogger,
    maxLive: 10,
    idleCloseMs,
    ...deps,
  });
}

const sessionOf = async (connection: TelegramConnection): Promise<TelegramSession> => connection.session;
const open = (pool: ConnectionPool, key: string): Promise<TelegramSession> => pool.use(key, undefined, sessionOf);
const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'well',
    (error: unknown) => (error instanceof TelegramFailure ? error.details.kind : error),
  );

/** Work that goes on until `end` is called. */
function lasting(pool: ConnectionPool, key: string): { readonly end: () => void; readonly outcome: Promise<unknown> } {
  let end: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => (end = resolve));
  return { end, outcome: outcomeOf(pool.use(key, undefined, () => wait)) };
}

describe('one key', () => {
  it('keeps its connection for the next use of the same session', async () => {
    const pool = createPool();
    const session = await open(pool, 'a');
    expect((await pool.use('a', session, sessionOf)).equals(session)).toBe(true);
    expect(telegram.calls('connect')).toBe(1);
  });

  it('has one connection at most, however many use it at once', async () => {
    const pool = createPool();
    const session = await open(pool, 'a');
    await pool.closeKey('a');
    let most = 0;
    const work = async () => void (most = Math.max(most, telegram.liveConnections()));
    await Promise.all(Array.from({ length: 20 }, () => pool.use('a', session, work)));
    expect({ most, connects: telegram.calls('connect') }).toEqual({ most: 1, connects: 2 });
  });

  it('connects again if the session differs from that of its open connection', async () => {
    const pool = createPool();
    const first = await open(pool, 'a');
    const second = await open(pool, 'a');
    expect(second.equals(first)).toBe(false);
    expect((await pool.use('a', first, sessionOf)).equals(first)).toBe(true);
    expect(telegram.liveConnections()).toBe(1);
  });

  it('follows a session that moved to another data centre', async () => {
    const pool = createPool();
    const elsewhere = PhoneNumber.parse('+9996620001') ?? expect.unreachable();
    const moved = await pool.use('a', undefined, async (connection) => {
      await connection.sendCode(elsewhere);
      return connection.session;
    });
    await pool.use('a', moved, sessionOf);
    expect(telegram.calls('connect')).toBe(1);
  });

  it('loses its connection when it was idle for too long, and gets a new one on the same session', async () => {
    const pool = createPool();
    const session = await open(pool, 'a');
    await clock.advance(idleCloseMs - 1);
    await pool.use('a', session, sessionOf);
    await clock.advance(idleCloseMs - 1);
    expect(telegram.liveConnections()).toBe(1);
    await clock.advance(1);
    expect(telegram.liveConnections()).toBe(0);
    expect((await pool.use('a', session, sessionOf)).equals(session)).toBe(true);
  });

  it('does not lose its connection while work is under way, though that takes longer than idling may', async () => {
    const pool = createPool({ idleCloseMs: 1_000 });
    const { end, outcome } = lasting(pool, 'a');
    await clock.advance(3_000);
    expect(telegram.liveConnections()).toBe(1);
    end();
    expect(await outcome).toBe('well');
  });

  it.each([
    ['unreachable', { kind: 'unreachable' }, 0],
    ['session_dead', { kind: 'session_dead', reason: 'revoked' }, 0],
    ['phone_number_banned', { kind: 'phone_number_banned' }, 1],
    ['flood_wait', { kind: 'flood_wait', retryAfterMs: 1 }, 1],
  ] as const)('after the failure %s', async (_, fault, connectionsLeft) => {
    const pool = createPool();
    telegram.fail('sendCode', fault);
    expect(await outcomeOf(pool.use('a', undefined, (connection) => connection.sendCode(phone)))).toBe(fault.kind);
    expect(telegram.liveConnections()).toBe(connectionsLeft);
  });

  it('closes its connection after an unexpected error', async () => {
    const pool = createPool();
    const defect = new Error('defect');
    expect(await outcomeOf(pool.use('a', undefined, () => Promise.reject(defect)))).toBe(defect);
    expect(telegram.liveConnections()).toBe(0);
  });

  it('ends the calls of work that takes longer than a use may, all waiting included', async () => {
    const pool = createPool({ maxUseMs: 5_000 });
    const first = lasting(pool, 'a');
    await clock.advance(2_000);
    const second = outcomeOf(
      pool.use('a', undefined, async (connection) => {
        telegram.goSilent();
        await connection.getMe();
      }),
    );
    await clock.advance(2_000);
    first.end();
    expect(await first.outcome).toBe('well');
    await clock.advance(2_999);
    expect(telegram.liveConnections()).toBe(1);
    await clock.advance(1);
    expect(await second).toBe('unreachable');
    expect(telegram.liveConnections()).toBe(0);
    telegram.comeBack();
    expect(await outcomeOf(open(pool, 'a'))).toBe('well');
  });

  it('keeps the outcome of work that takes longer than a use may, and closes its connection', async () => {
    const pool = createPool({ maxUseMs: 5_000 });
    const { end, outcome } = lasting(pool, 'a');
    await clock.advance(5_000);
    expect(telegram.liveConnections()).toBe(0);
    end();
    expect(await outcome).toBe('well');
    expect(await outcomeOf(open(pool, 'a'))).toBe('well');
    expect(telegram.calls('connect')).toBe(2);
  });

  it('fails as unreachable if earlier work leaves it no time', async () => {
    const pool = createPool({ maxUseMs: 5_000 });
    const first = lasting(pool, 'a');
    const second = outcomeOf(open(pool, 'a'));
    await clock.advance(5_000);
    expect(await second).toBe('unreachable');
    first.end();
    await first.outcome;
    expect(telegram.calls('connect')).toBe(1);
  });

  it('does not keep a connection that was opened too late', async () => {
    const pool = createPool({ maxUseMs: 5_000 });
    const release = telegram.hold('connect');
    const late = outcomeOf(open(pool, 'a'));
    await clock.advance(5_000);
    expect(await late).toBe('unreachable');
    await pool.closeKey('a');
    const next = outcomeOf(open(pool, 'a'));
    await clock.advance(0);
    expect(telegram.calls('connect')).toBe(1);
    release();
    expect(await next).toBe('well');
    expect(telegram.liveConnections()).toBe(1);
  });

  it('is closed for certain only when a connection that was opened too late is closed too', async () => {
    const pool = createPool({ maxUseMs: 5_000 });
    const release = telegram.hold('connect');
    const late = outcomeOf(open(pool, 'a'));
    await clock.advance(5_000);
    expect(await late).toBe('unreachable');
    let isClosed = false;
    const closing = pool.ensureClosed('a').then(() => (isClosed = true));
    await clock.advance(0);
    expect(isClosed).toBe(false);
    release();
    await closing;
    expect([telegram.calls('connect'), telegram.liveConnections()]).toEqual([1, 0]);
  });

  it('is closed for certain only when a connection that its longest use has outlasted is closed', async () => {
    const pool = createPool({ maxUseMs: 5_000 });
    const { end, outcome } = lasting(pool, 'a');
    await clock.advance(5_000);
    end();
    await outcome;
    await pool.ensureClosed('a');
    expect(telegram.liveConnections()).toBe(0);
  });

  it('is dropped when the work under way on it is done', async () => {
    const pool = createPool();
    const { end, outcome } = lasting(pool, 'a');
    const dropped = pool.closeKey('a');
    await clock.advance(0);
    expect(telegram.liveConnections()).toBe(1);
    end();
    await dropped;
    expect(await outcome).toBe('well');
    expect(telegram.liveConnections()).toBe(0);
  });
});

describe('many keys', () => {
  it('never have more connections than allowed', async () => {
    const pool = createPool({ maxLive: 3 });
    let most = 0;
    const work = async () => void (most = Math.max(most, telegram.liveConnections()));
    await Promise.all(Array.from({ length: 50 }, (_, key) => pool.use(String(key), undefined, work)));
    expect(most).toBe(3);
    expect(telegram.calls('connect')).toBe(50);
  });

  it('take the place of the connection that was idle for longest', async () => {
    const pool = createPool({ maxLive: 2 });
    const a = await open(pool, 'a');
    const b = await open(pool, 'b');
    await pool.use('a', a, sessionOf);
    await open(pool, 'c');
    await pool.use('a', a, sessionOf);
    expect(telegram.calls('connect')).toBe(3);
    await pool.use('b', b, sessionOf);
    expect(telegram.calls('connect')).toBe(4);
  });

  it('wait in the order of asking while all places are in use', async () => {
    const pool = createPool({ maxLive: 1 });
    const first = lasting(pool, 'a');
    const order: string[] = [];
    const others = ['b', 'c', 'd'].map((key) => pool.use(key, undefined, async () => void order.push(key)));
    await clock.advance(0);
    expect(order).toEqual([]);
    first.end();
    await Promise.all(others);
    expect(order).toEqual(['b', 'c', 'd']);
  });

  it('fail as unreachable if no slot becomes free in time, and get one later', async () => {
    const pool = createPool({ maxLive: 1, maxUseMs: 5_000 });
    const release = telegram.hold('connect');
    const opening = outcomeOf(open(pool, 'a'));
    const waiting = outcomeOf(open(pool, 'b'));
    await clock.advance(5_000);
    expect(await waiting).toBe('unreachable');
    release();
    await opening;
    expect(await outcomeOf(open(pool, 'b'))).toBe('well');
  });

  it('get the place of a connection that failed to open', async () => {
    const pool = createPool({ maxLive: 1 });
    telegram.goDown();
    expect(await outcomeOf(open(pool, 'a'))).toBe('unreachable');
    telegram.comeBack();
    expect(await outcomeOf(open(pool, 'b'))).toBe('well');
  });

  it('do not wait for the connections of others to open', async () => {
    const pool = createPool({ maxLive: 50 });
    const session = await open(pool, 'a');
    await pool.closeKey('a');
    const release = telegram.hold('connect');
    const others = Array.from({ length: 40 }, (_, key) => outcomeOf(open(pool, String(key))));
    await clock.advance(0);
    expect(telegram.calls('connect')).toBe(41);
    const mine = pool.use('a', session, sessionOf);
    await clock.advance(0);
    expect(telegram.calls('connect')).toBe(42);
    release();
    expect((await mine).equals(session)).toBe(true);
    expect(await Promise.all(others)).toEqual(others.map(() => 'well'));
  });
});

describe('a closed pool', () => {
  it('has no connections, and rejects waiting and later calls', async () => {
    const pool = createPool({ maxLive: 1 });
    const { end } = lasting(pool, 'a');
    const waiting = outcomeOf(open(pool, 'b'));
    await clock.advance(0);
    await pool.close();
    expect(await waiting).toBe('unreachable');
    expect(await outcomeOf(open(pool, 'c'))).toBe('unreachable');
    expect(telegram.liveConnections()).toBe(0);
    end();
  });

  it('closes a connection that was being opened', async () => {
    const pool = createPool();
    const release = telegram.hold('connect');
    const opening = outcomeOf(open(pool, 'a'));
    await clock.advance(0);
    await pool.close();
    release();
    expect(await opening).toBe('unreachable');
    expect(telegram.liveConnections()).toBe(0);
  });
});

describe('leases of keys', () => {
  /** Leases that record their use, and are over on request. */
  function createLeases() {
    const log: string[] = [];
    let holder: LeaseHolder | undefined;
    let isOver = false;
    const deadline = { ...createSharedDeadline({ clock, elapsedMs: () => clock.now() }), isOver: () => isOver };
    const leases: Leases = {
      acquire: async (key) => void log.push(`acquire ${key}`),
      release: async (key) => void log.push(`release ${key} with ${telegram.liveConnections()} live`),
      awaitRelease: async (key) => void log.push(`await ${key}`),
      setHolder: (one) => (holder = one),
      guard: { deadline, disconnectAfterMs: 6_000 },
    };
    return {
      leases,
      log,
      holder: () => holder ?? expect.unreachable('the pool uses no leases'),
      end: () => (isOver = true),
    };
  }

  it('are acquired before connecting, kept while it is open, and released once it is closed', async () => {
    const { leases, log } = createLeases();
    const pool = createPool({ leases });
    const session = await open(pool, 'a');
    await pool.use('a', session, sessionOf);
    expect(log).toEqual(['acquire a']);
    await clock.advance(idleCloseMs);
    expect(log).toEqual(['acquire a', 'release a with 0 live']);
  });

  it('are released if connecting fails', async () => {
    const { leases, log } = createLeases();
    const failing = {
      ...telegram.gateway,
      connect: () => Promise.reject(new TelegramFailure({ kind: 'unreachable' })),
    };
    const pool = createPool({ leases, gateway: failing });
    expect(await outcomeOf(open(pool, 'a'))).toBe('unreachable');
    expect(log).toEqual(['acquire a', 'release a with 0 live']);
  });

  it('are not used if all were lost while this one was requested', async () => {
    const { leases, log, holder } = createLeases();
    let grant: () => void = () => undefined;
    const granted = new Promise<void>((resolve) => (grant = resolve));
    const pool = createPool({ leases: { ...leases, acquire: () => granted } });
    const outcome = outcomeOf(open(pool, 'a'));
    await clock.advance(0);
    await holder().onLost();
    grant();
    expect(await outcome).toBe('unreachable');
    expect(log).toEqual(['release a with 0 live']);
  });

  it('are released at once if another daemon requests an idle key', async () => {
    const { leases, log, holder } = createLeases();
    const pool = createPool({ leases });
    await open(pool, 'a');
    holder().onRequested('a');
    await clock.advance(0);
    expect(log).toEqual(['acquire a', 'release a with 0 live']);
  });

  it('are released after the work if another daemon requests a key in use, which the work can see', async () => {
    const { leases, log, holder } = createLeases();
    const pool = createPool({ leases });
    let end: () => void = () => undefined;
    let seen: AbortSignal | undefined;
    const work = pool.use('a', undefined, (_, requested) => {
      seen = requested;
      return new Promise<void>((resolve) => (end = resolve));
    });
    await clock.advance(0);
    expect(seen?.aborted).toBe(false);
    holder().onRequested('a');
    await clock.advance(0);
    expect([seen?.aborted, ...log]).toEqual([true, 'acquire a']);
    end();
    await work;
    await clock.advance(0);
    expect(log).toEqual(['acquire a', 'release a with 0 live']);
  });

  it('that are over stop every use before it sends anything', async () => {
    const { leases, end } = createLeases();
    const pool = createPool({ leases });
    const session = await open(pool, 'a');
    end();
    const works: string[] = [];
    const work = async () => void works.push('worked');
    expect(await outcomeOf(pool.use('a', session, work))).toBe('unreachable');
    expect(await outcomeOf(pool.use('b', undefined, work))).toBe('unreachable');
    expect({ works, connects: telegram.calls('connect') }).toEqual({ works: [], connects: 1 });
  });

  it('that are lost close every connection, also one that is being opened', async () => {
    const { leases, holder } = createLeases();
    let connected: () => void = () => undefined;
    const mayConnect = new Promise<void>((resolve) => (connected = resolve));
    const gateway = {
      ...telegram.gateway,
      async connect(session?: TelegramSession) {
        if (telegram.liveConnections() > 0) await mayConnect;
        return telegram.gateway.connect(session);
      },
    };
    const pool = createPool({ leases, gateway });
    await open(pool, 'a');
    const opening = outcomeOf(open(pool, 'b'));
    await clock.advance(0);
    const lost = holder().onLost();
    connected();
    await lost;
    expect({ live: telegram.liveConnections(), opening: await opening }).toEqual({ live: 0, opening: 'unreachable' });
  });

  it.each(['closeKey', 'ensureClosed'] as const)(
    'are waited for by %s if another daemon has the connection',
    async (close) => {
      const { leases, log } = createLeases();
      const pool = createPool({ leases });
      await pool[close]('a');
      expect(log).toEqual(['await a']);
    },
  );
});
