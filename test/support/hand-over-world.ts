import { KeyedMutex } from '../../src/base/keyed-mutex.js';
import { systemRandom } from '../../src/base/random.js';
import type { Bridge } from '../../src/bridge/bridge.js';
import type { Database, Transaction } from '../../src/database/database.js';
import type { HandOverRecord } from '../../src/database/tables/hand-overs.js';
import { createHandOvers } from '../../src/hand-over/service.js';
import { leaveSession } from '../../src/login/owned-logins.js';
import { createLoginService } from '../../src/login/service.js';
import { writeMautrixSession } from '../../src/telegram/formats/mautrix.js';
import type { TelegramGateway, TelegramSession } from '../../src/telegram/gateway.js';
import { withPublicAddress } from '../../src/telegram/portable-session.js';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import type { FakeClock } from './fake-clock.js';
import { keyIdOf } from './key-id.js';
import { silentLogger } from './silent-logger.js';

const hours = 3_600_000;

/** The services that a daemon uses. */
export interface HandOverWorld {
  readonly gateway: TelegramGateway;
  readonly database: Database;
  readonly bridge: Bridge;
  readonly clock: FakeClock;
  readonly isAutomatic?: boolean;
}

/**
 * A daemon with a bridge. It can be killed between any two of its actions on the database, the
 * bridge and Telegram.
 */
export interface HandOverDaemon {
  readonly login: ReturnType<typeof createLoginService>;
  readonly handOvers: ReturnType<typeof createHandOvers>;
  /** Its actions so far, in order. */
  readonly events: readonly string[];
  /** Resolves when it is killed. */
  readonly dead: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a daemon that is killed at the event of that number, counted from 1: that event still
 * happens, but its outcome is lost.
 */
export function startHandOverDaemon(world: HandOverWorld, killedAt?: number): HandOverDaemon {
  const { gateway, database, clock, isAutomatic = true } = world;
  const events: string[] = [];
  const underWay = new Set<Promise<void>>();
  let isDead = false;
  let die: () => void = () => undefined;
  const dead = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
    };
  });
  const never = new Promise<never>(() => undefined);

  /** A dead daemon starts nothing and receives nothing. */
  async function happen<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (isDead) return never;
    events.push(name);
    const isLast = events.length === killedAt;
    const outcome = work();
    const settled = outcome.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    if (isLast) {
      await outcome.catch(() => undefined);
      die();
    }
    return isDead ? never : outcome;
  }

  const watched = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(_, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          happen(`${name}.${String(property)}`, async (): Promise<unknown> => Reflect.apply(value, target, args));
      },
    });

  const locks = new KeyedMutex();
  const mortal: Database = {
    transaction: (work) => happen('transaction', () => database.transaction(work)),
    read: (work) => happen('transaction', () => database.read(work)),
    locks: { run: (name, work) => locks.run(name, work) },
    leases: database.leases,
    limiter: database.limiter,
    now: () => database.now(),
    leads: () => true,
    probe: () => database.probe(),
    waiting: () => database.waiting(),
    close: () => database.close(),
  };
  const bridge = watched('bridge', world.bridge);
  const pool = createConnectionPool({ gateway, clock, logger: silentLogger, maxLive: 10, idleCloseMs: hours });
  const runtime = { database: mortal, clock, random: systemRandom, logger: silentLogger };
  const handOvers = createHandOvers({
    ...runtime,
    bridge,
    isAutomatic,
    toBridgeSession: (session) => writeMautrixSession(withPublicAddress(readStoredSession(session), [])),
    closeConnection: (id) => happen('close', () => pool.closeKey(id)),
    leaveSession,
  });
  const login = createLoginService({
    ...runtime,
    pool,
    bridge: { bridge, handOvers },
    mayLogIn: () => true,
    maxAccounts: 3,
    maxListening: 2,
    attempts: { max: 1000, windowMs: hours },
    expireAfterMs: hours,
  });
  handOvers.start();
  return {
    login,
    handOvers,
    events,
    dead,
    async stop() {
      if (isDead) {
        await pool.close();
        await Promise.all(underWay);
        return;
      }
      const stopping = handOvers.stop();
      await clock.advance(2_000);
      await stopping;
      await pool.close();
    },
  };
}

/** Returns the hand-overs that wait for the bridge, earliest due first. */
export async function listOpenHandOvers(tx: Transaction): Promise<HandOverRecord[]> {
  const found = [];
  for (const { id } of await tx.handOvers.listOpen(10)) found.push(await tx.handOvers.find(id));
  return found.filter((handOver) => handOver !== undefined);
}

/** The identifier of a session's auth key, as the sandbox writes it. */
export function keyOf(session: TelegramSession): string {
  return keyIdOf(readStoredSession(session).authKey.reveal());
}
