import type { Cancel, Clock } from '../base/clock.js';
import { KeyedMutex } from '../base/keyed-mutex.js';
import { exclusiveLeases, type Leases } from '../base/leases.js';
import type { Logger } from '../base/logger.js';
import { TelegramFailure, unreachable } from './failure.js';
import type { TelegramConnection, TelegramGateway, TelegramSession } from './gateway.js';
import { createSemaphore, type Release } from './semaphore.js';
import { startUseLimit, type UseLimit } from './use-limit.js';

/**
 * Live connections to Telegram: opened when needed, at most one per key, and closed when idle. A
 * key is connected only while this daemon holds its lease, and is closed when another daemon
 * requests it.
 */
export interface ConnectionPool {
  /**
   * Runs `work` on the connection of `key` after earlier work of the key has settled. Uses the live
   * connection if it has the given session. Otherwise opens one on that session, or on a new
   * session if none is given. Closes the connection after the failures `unreachable` and
   * `session_dead`, and after any other exception that is no TelegramFailure. Throws `unreachable`
   * if the longest use ends before the work: then the connection is closed. If the work had begun,
   * its result is returned. `requested` aborts when another daemon requests the key: then work that
   * only waits should end. Throws what acquiring a lease throws.
   */
  use<T>(
    key: string,
    session: TelegramSession | undefined,
    work: (connection: TelegramConnection, requested: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /**
   * Closes the connection of `key`, if any, after its current work has settled, in every daemon.
   */
  closeKey(key: string): Promise<void>;
  /**
   * Like closeKey, but resolves only when no connection of `key` is open, being opened or being
   * closed. Required before another program gets its session.
   */
  ensureClosed(key: string): Promise<void>;
  /** Returns how many uses wait for a connection. */
  waiting(): number;
  /** Closes all connections at once. Current and later work fails as `unreachable`. */
  close(): Promise<void>;
}

export interface ConnectionPoolDeps {
  readonly gateway: TelegramGateway;
  /** By default, those of a daemon that shares its keys with no other. */
  readonly leases?: Leases;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The maximum number of open connections. */
  readonly maxLive: number;
  readonly idleCloseMs: number;
  /** The maximum duration of one use, including all waiting. */
  readonly maxUseMs?: number;
}

/** Less than 60 s, a common timeout of reverse proxies. */
const defaultLongestUseMs = 55_000;

interface Live {
  readonly connection: TelegramConnection;
  readonly leave: Release;
  /** Aborted when another daemon requests the key. */
  readonly requested: AbortController;
  busy: boolean;
  cancelIdleClose: Cancel;
}

export function createConnectionPool({
  gateway,
  leases = exclusiveLeases,
  clock,
  logger,
  maxLive,
  idleCloseMs,
  maxUseMs = defaultLongestUseMs,
}: ConnectionPoolDeps): ConnectionPool {
  const keys = new KeyedMutex();
  const semaphore = createSemaphore({ clock, permits: maxLive, maxWaitMs: maxUseMs });
  // A Map iterates in the order of insertion, and each use inserts anew. So the least recently used
  // comes first.
  const live = new Map<string, Live>();
  const closing = new Map<string, Promise<void>>();
  const late = new Map<string, Promise<void>>();
  const opening = new Set<Promise<unknown>>();
  /** Keys that another daemon requested while they were in use. */
  const requested = new Set<string>();
  let losses = 0;
  let closed = false;

  leases.setHolder({
    onRequested(key) {
      const entry = live.get(key);
      if (entry?.busy === false) return shutInBackground(key);
      requested.add(key);
      entry?.requested.abort();
    },
    async onLost() {
      losses += 1;
      for (const key of live.keys()) shutInBackground(key);
      await Promise.allSettled([...closing.values(), ...opening]);
    },
  });

  async function closeConnection(key: string): Promise<void> {
    const entry = live.get(key);
    if (entry === undefined) return;
    live.delete(key);
    entry.cancelIdleClose();
    const done = (async () => {
      await entry.connection.destroy();
      await releaseKey(key);
      closing.delete(key);
      entry.leave();
    })();
    closing.set(key, done);
    await done;
  }

  function releaseKey(key: string): Promise<void> {
    requested.delete(key);
    return leases.release(key);
  }

  function shutInBackground(key: string): void {
    closeConnection(key).catch((error: unknown) => logger.error('telegram connection close failed', { error }));
  }

  function makeRoom(): void {
    for (const [key, entry] of live) {
      if (semaphore.waiting() <= closing.size) return;
      if (!entry.busy) shutInBackground(key);
    }
  }

  async function open(key: string, session: TelegramSession | undefined, limit: UseLimit): Promise<Live> {
    await closing.get(key);
    const lossesBefore = losses;
    await leases.acquire(key);
    try {
      return await openLeased(key, session, { limit, lossesBefore });
    } catch (error) {
      await releaseKey(key);
      throw error;
    }
  }

  async function openLeased(
    key: string,
    session: TelegramSession | undefined,
    { limit, lossesBefore }: { readonly limit: UseLimit; readonly lossesBefore: number },
  ): Promise<Live> {
    const entering = semaphore.enter();
    makeRoom();
    const leave = await entering;
    try {
      limit.check();
      const connection = await connect(session, lossesBefore);
      const entry = {
        connection,
        leave,
        requested: new AbortController(),
        busy: true,
        cancelIdleClose: () => undefined,
      };
      if (requested.has(key)) entry.requested.abort();
      live.set(key, entry);
      return entry;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Connects. Fails if the leases were lost since the one of this connection was requested. */
  function connect(session: TelegramSession | undefined, lossesBefore: number): Promise<TelegramConnection> {
    const whyNot = () => {
      if (closed) return 'the pool is closed';
      return losses === lossesBefore ? undefined : 'the lease of the connection was lost';
    };
    const connecting = (async () => {
      requireLeases();
      const before = whyNot();
      if (before !== undefined) throw unreachable(before);
      const connection = await gateway.connect(session);
      const after = whyNot();
      if (after === undefined) return connection;
      await connection.destroy();
      throw unreachable(after);
    })();
    opening.add(connecting);
    const settled = () => opening.delete(connecting);
    connecting.then(settled, settled);
    return connecting;
  }

  /** A daemon that stood still may come here before it learns that it has lost its leases. */
  function requireLeases(): void {
    if (leases.guard?.deadline.isOver() === true) throw unreachable('the leases of this daemon were not renewed');
  }

  async function take(key: string, session: TelegramSession | undefined, limit: UseLimit): Promise<Live> {
    const entry = live.get(key);
    if (entry === undefined) return open(key, session, limit);
    requireLeases();
    if (session === undefined || !entry.connection.session.equals(session)) {
      await closeConnection(key);
      return open(key, session, limit);
    }
    entry.cancelIdleClose();
    entry.busy = true;
    live.delete(key);
    live.set(key, entry);
    return entry;
  }

  /**
   * If the time ends before the connection is open, the caller fails now. The connection closes
   * itself once it opens; the next use of the key waits for that.
   */
  async function takeInTime(key: string, session: TelegramSession | undefined, limit: UseLimit): Promise<Live> {
    await limit.race(Promise.resolve(late.get(key)));
    const taking = take(key, session, limit);
    try {
      return await limit.race(taking);
    } catch (error) {
      const over = taking.then(
        () => closeConnection(key),
        () => undefined,
      );
      late.set(key, over);
      over.finally(() => late.delete(key)).catch(() => undefined);
      throw error;
    }
  }

  function putBack(key: string, entry: Live): void {
    if (live.get(key) !== entry) return;
    if (requested.has(key)) return shutInBackground(key);
    entry.busy = false;
    entry.cancelIdleClose = clock.after(idleCloseMs, () => shutInBackground(key));
    makeRoom();
  }

  return {
    use(key, session, work) {
      const limit = startUseLimit(clock, maxUseMs);
      const outcome = keys.run(key, async () => {
        const entry = await takeInTime(key, session, limit);
        limit.insteadOfFailing(() => shutInBackground(key));
        try {
          const result = await work(entry.connection, entry.requested.signal);
          putBack(key, entry);
          return result;
        } catch (error) {
          if (leavesConnectionWell(error)) putBack(key, entry);
          else await closeConnection(key);
          throw error;
        }
      });
      return limit.race(outcome).finally(limit.end);
    },
    closeKey: (key) => keys.run(key, () => (live.has(key) ? closeConnection(key) : leases.awaitRelease(key))),
    ensureClosed: (key) =>
      keys.run(key, async () => {
        await late.get(key);
        await closeConnection(key);
        await closing.get(key);
        await leases.awaitRelease(key);
      }),
    waiting: () => semaphore.waiting(),
    async close() {
      closed = true;
      semaphore.close();
      for (const key of live.keys()) shutInBackground(key);
      await Promise.all(closing.values());
    },
  };
}

function leavesConnectionWell(error: unknown): boolean {
  return (
    error instanceof TelegramFailure && error.details.kind !== 'unreachable' && error.details.kind !== 'session_dead'
  );
}
