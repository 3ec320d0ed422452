import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { type Clock, sleep } from '../base/clock.js';
import { KeyedMutex } from '../base/keyed-mutex.js';
import type { Locks } from '../base/locks.js';
import type { Logger } from '../base/logger.js';
import { databaseClosed, DatabaseFailure } from './failure.js';

/**
 * Locks that all daemons on one PostgreSQL database share. One connection holds them, and the
 * server frees them when it ends. Acquiring a lock fails as `busy` if another daemon holds it for
 * more than 45 seconds.
 */
export interface AdvisoryLocks extends Locks {
  /** Runs a short statement on the connection of the locks. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** Rejects new callers with `busy` until resume(). Resolves when no lock is held. */
  suspend(): Promise<void>;
  resume(): void;
  /** Rejects callers that wait for a lock of another daemon with `busy`. */
  close(): Promise<void>;
}

interface Session {
  readonly client: Client;
  /** The process of the server. */
  readonly pid: number | undefined;
  /** Runs one query at a time, as the driver requires. */
  readonly queries: KeyedMutex;
  /** Since when a lock may be acquired that was not held before; epoch ms. */
  readonly acquiresFrom: number;
  lost: boolean;
}

interface Holding {
  readonly key: string;
  session: Session;
}

interface State {
  current: Promise<Session> | undefined;
  closed: boolean;
  reconnecting: boolean;
  suspended: boolean;
}

const firstPollMs = 20;
const maxPollMs = 500;
const reconnectMs = 1_000;
const maxWaitMs = 45_000;
/**
 * A server that restarts frees all locks. Their holders have this time to take them again, before
 * other daemons may.
 */
const retakeMs = 2 * reconnectMs;

const endWaitMs = 1_000;
/**
 * A server that lost the network, but not the connection, would keep the locks until TCP gives up.
 */
const endLostConnections = `
  SELECT pg_terminate_backend(pid, ${endWaitMs}) FROM pg_stat_activity
  WHERE pid = ANY($1::int[]) AND datname = current_database() AND application_name = current_setting('application_name')`;

/** Returns the key that PostgreSQL needs for a lock: a signed 64-bit integer, in decimal. */
export function advisoryKey(name: string): string {
  return createHash('sha256').update('gangway\0').update(name).digest().readBigInt64BE().toString();
}

/**
 * Connects with `connect`, and again when the connection is lost. Throws what `connect` throws, and
 * what `explain` returns for the errors of queries.
 */
export async function openAdvisoryLocks(deps: {
  readonly connect: () => Promise<Client>;
  readonly explain: (error: unknown) => Error;
  /**
   * The connection of the locks listens to `channel`. Notices that come while it is lost are
   * missed.
   */
  readonly notices?: { readonly channel: string; readonly onNotice: (text: string) => void } | undefined;
  /**
   * Returns whether locks may be taken again after the connection was lost; by default, they may.
   */
  readonly mayRetake?: () => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<AdvisoryLocks> {
  const { connect, explain, notices, mayRetake = () => Promise.resolve(true), clock, logger } = deps;
  const inProcess = new KeyedMutex();
  const held = new Set<Holding>();
  const pauses = new Set<() => void>();
  const state: State = { current: undefined, closed: false, reconnecting: false, suspended: false };
  /** The processes of the server that had lost connections. They may still hold the locks. */
  const lostPids = new Set<number>();
  const drained = new Set<() => void>();

  const lose = (session: Session, error: unknown) => {
    if (session.lost) return;
    session.lost = true;
    state.current = undefined;
    if (session.pid !== undefined) lostPids.add(session.pid);
    session.client.end().catch(() => undefined);
    if (state.closed) return;
    logger.warn('database lock connection lost', { locksHeld: held.size, error });
    if (!state.reconnecting) void reconnect();
  };

  const start = async (): Promise<Session> => {
    const client = await connect();
    try {
      return await prepare(client);
    } catch (error) {
      client.end().catch(() => undefined);
      throw explain(error);
    }
  };

  const prepare = async (client: Client): Promise<Session> => {
    if (lostPids.size > 0) {
      await client.query(endLostConnections, [[...lostPids]]);
      lostPids.clear();
    }
    const acquiresFrom = clock.now() + Math.max(0, retakeMs - (await serverAgeMs(client)));
    const session: Session = { client, pid: pidOf(client), queries: new KeyedMutex(), acquiresFrom, lost: false };
    client.on('error', (error) => lose(session, error));
    client.on('end', () => lose(session, undefined));
    if (notices) {
      client.on('notification', ({ payload }) => notices.onNotice(payload ?? ''));
      await client.query(`LISTEN ${notices.channel}`);
    }
    return session;
  };

  const connected = (): Promise<Session> => {
    if (state.closed) return Promise.reject(databaseClosed());
    if (state.current) return state.current;
    const starting = start();
    state.current = starting;
    starting.catch(() => {
      if (state.current === starting) state.current = undefined;
    });
    return starting;
  };

  const query = async <Row extends object>(session: Session, sql: string, parameters: readonly unknown[]) => {
    try {
      const answer = await session.queries.run('', () => session.client.query<Row>(sql, [...parameters]));
      return answer.rows;
    } catch (error) {
      lose(session, error);
      throw explain(error);
    }
  };

  const ask = async (session: Session, call: 'pg_try_advisory_lock' | 'pg_advisory_unlock', key: string) => {
    const rows = await query<{ done: boolean }>(session, `SELECT ${call}($1::bigint) AS done`, [key]);
    return rows[0]?.done === true;
  };

  const release = async (holding: Holding) => {
    held.delete(holding);
    if (held.size === 0) drained.forEach((resolve) => resolve());
    // A lost connection has released what it held.
    if (!holding.session.lost) await ask(holding.session, 'pg_advisory_unlock', holding.key).catch(() => undefined);
  };

  const takeAgain = async (holding: Holding, session: Session) => {
    if (!(await ask(session, 'pg_try_advisory_lock', holding.key))) return false;
    holding.session = session;
    // Its work may have ended meanwhile.
    if (!held.has(holding)) await release(holding);
    return true;
  };

  const reconnect = async (): Promise<void> => {
    state.reconnecting = true;
    while (!state.closed) {
      try {
        const session = await connected();
        const retakes = held.size > 0 && (await mayRetake());
        let taken = 0;
        for (const holding of held) {
          if (holding.session === session) continue;
          if (!retakes || !(await takeAgain(holding, session))) taken += 1;
        }
        // The connection was lost again, and the new locks with it.
        if (session.lost) continue;
        state.reconnecting = false;
        logger.info('database lock connection restored');
        if (taken > 0) logger.error('database locks lost to other daemons', { locks: taken });
        return;
      } catch (error) {
        logger.debug('no connection for the database locks yet', { error });
        await sleep(clock, reconnectMs);
      }
    }
  };

  const pause = (delayMs: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        pauses.delete(end);
        resolve();
      };
      const cancel = clock.after(delayMs, end);
      pauses.add(end);
    });

  const acquire = async (key: string, until: number): Promise<Holding> => {
    for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 2, maxPollMs)) {
      if (state.suspended) throw new DatabaseFailure({ kind: 'busy' }, { cause: new Error('the locks are suspended') });
      const session = await connected();
      if (clock.now() >= session.acquiresFrom && (await ask(session, 'pg_try_advisory_lock', key))) {
        const holding = { key, session };
        held.add(holding);
        return holding;
      }
      if (clock.now() < until) await pause(pollMs);
      else throw new DatabaseFailure({ kind: 'busy' }, { cause: new Error('another daemon does not release a lock') });
      if (state.closed) throw databaseClosed();
    }
  };

  await connected();
  return {
    run(name, work) {
      // The wait begins here, so that callers that queue for the same lock share one limit.
      const until = clock.now() + maxWaitMs;
      return inProcess.run(name, async () => {
        const holding = await acquire(advisoryKey(name), until);
        try {
          return await work();
        } finally {
          await release(holding);
        }
      });
    },

    async query<Row extends object>(sql: string, parameters: readonly unknown[] = []) {
      return query<Row>(await connected(), sql, parameters);
    },

    async suspend() {
      state.suspended = true;
      if (held.size === 0) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          drained.delete(done);
          resolve();
        };
        drained.add(done);
      });
    },

    resume() {
      state.suspended = false;
    },

    async close() {
      const last = state.current;
      state.closed = true;
      pauses.forEach((end) => end());
      const session = await last?.catch(() => undefined);
      await session?.client.end();
    },
  };
}

/** The types of the driver do not name it. */
function pidOf(client: Client): number | undefined {
  const pid: unknown = Reflect.get(client, 'processID');
  return typeof pid === 'number' ? pid : undefined;
}

async function serverAgeMs(client: Client): Promise<number> {
  const { rows } = await client.query<{ age: number }>(
    'SELECT (extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000)::float8 AS age',
  );
  return rows[0]?.age ?? 0;
}
