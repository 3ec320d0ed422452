import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyedMutex } from '../../src/base/keyed-mutex.js';
import { systemRandom } from '../../src/base/random.js';
import type { Database } from '../../src/database/database.js';
import { createLoginService } from '../../src/login/service.js';
import { readState, writeState } from '../../src/login/login-codec.js';
import type { Fault } from '../../src/sandbox/control.js';
import type { TelegramConnection, TelegramGateway, TelegramSession } from '../../src/telegram/gateway.js';
import { writeGramjsSession } from '../../src/telegram/formats/gramjs.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';
import { createTestGateway, useGramjsOnSandbox } from '../support/engine-on-sandbox.js';
import { code, mxidOf, password, phone, token, urlOf } from '../support/login-fixture.js';
import { codeOf, magicPassword, tokenOf } from '../support/magic-logins.js';
import { keyOf } from '../support/hand-over-world.js';
import { silentLogger } from '../support/silent-logger.js';

const alice = mxidOf('@alice:example.org');
const gramjs = useGramjsOnSandbox();
const hours = 3_600_000;

let gateway: TelegramGateway;
let database: Database;
let clock: FakeClock;

beforeAll(() => {
  gateway = createTestGateway(gramjs.sandbox);
});
afterAll(() => gateway.close());
beforeEach(async () => {
  clock = createFakeClock();
  database = await openTestDatabase({ clock });
});
afterEach(() => database.close());

type Operation = 'sendCode' | 'signIn' | 'checkPassword' | 'signInBot' | 'exportLoginToken' | 'importLoginToken';
type Daemon = ReturnType<typeof startDaemon>;

/**
 * A daemon that is killed when Telegram has answered `fatal` for the `times`th time. From then on,
 * nothing is committed.
 */
function startDaemon(fatal?: Operation, times = 1) {
  let die: () => void = () => undefined;
  let isDead = false;
  let left = times;
  const dead = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
    };
  });
  const never = new Promise<never>(() => undefined);
  const locks = new KeyedMutex();
  const pool = createConnectionPool({
    gateway: watched((operation) => {
      if (operation !== fatal) return;
      left -= 1;
      if (left === 0) die();
    }),
    clock,
    logger: silentLogger,
    maxLive: 10,
    idleCloseMs: hours,
  });
  const service = createLoginService({
    database: {
      transaction: (work) => (isDead ? never : database.transaction(work)),
      read: (work) => (isDead ? never : database.read(work)),
      locks: { run: (name, work) => locks.run(name, work) },
      leases: database.leases,
      limiter: database.limiter,
      now: () => database.now(),
      leads: () => true,
      probe: () => database.probe(),
      waiting: () => 0,
      close: () => database.close(),
    },
    pool,
    mayLogIn: () => true,
    maxAccounts: 3,
    maxListening: 2,
    attempts: { max: 1000, windowMs: hours },
    expireAfterMs: hours,
    clock,
    random: systemRandom,
    logger: silentLogger,
  });
  return { service, pool, dead };
}

/** Wraps the gateway, and calls `answered` when a call of one of its connections has settled. */
function watched(answered: (operation: string | symbol) => void): TelegramGateway {
  return {
    close: () => gateway.close(),
    async connect(session) {
      const connection = await gateway.connect(session);
      return new Proxy(connection, {
        get(target, operation) {
          const value: unknown = Reflect.get(target, operation, target);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            const outcome: unknown = Reflect.apply(value, target, args);
            return outcome instanceof Promise ? outcome.finally(() => answered(operation)) : outcome;
          };
        },
      }) satisfies TelegramConnection;
    },
  };
}

async function storedKeys(): Promise<{ readonly accounts: readonly string[]; readonly all: readonly string[] }> {
  return database.transaction(async (tx) => {
    const accounts = (await tx.telegramAccounts.listByOwner(alice)).flatMap(({ session }) =>
      session ? [keyOf(session)] : [],
    );
    const records = await tx.loginProcesses.listByOwner(alice, 0);
    const logins = records.flatMap(({ state: stored }) => {
      const state = readState(stored);
      return 'session' in state && state.session ? [keyOf(state.session)] : [];
    });
    return { accounts, all: [...accounts, ...logins] };
  });
}

const loggedInKeys = () => gramjs.sandbox.control.sessions().map(({ key }) => key);

const byPhone = (digits: string) => async (daemon: Daemon) => {
  await daemon.service.submit(alice, phone(`+${digits}`));
  const step = await daemon.service.submit(alice, code(codeOf(digits).reveal()));
  if (step.kind === 'password') await daemon.service.submit(alice, password(magicPassword.reveal()));
};
const asBot = (number: string) => (daemon: Daemon) => daemon.service.submit(alice, token(tokenOf(number).reveal()));
const byQrCode = (digits: string) => async (daemon: Daemon) => {
  const shown = await daemon.service.start(alice, { flow: 'qr' });
  const scanned = new URL(urlOf(shown).reveal()).searchParams.get('token') ?? '';
  gramjs.sandbox.control.acceptLoginToken(Buffer.from(scanned, 'base64url'), digits);
  const next = await daemon.service.awaitChange(alice, shown.loginId, shown.stepNumber);
  if (next.step.kind !== 'password') return;
  await daemon.service.answer(alice, shown.loginId, password(magicPassword.reveal()), next.stepNumber);
};
const moved = (message: string, method: string): Fault => ({ kind: 'rpc_error', code: 303, message, method, times: 1 });
const botMethod = 'auth.importBotAuthorization';

interface Login {
  readonly name: string;
  readonly run: (daemon: Daemon) => Promise<unknown>;
  readonly faults?: readonly Fault[];
  /**
   * When the daemon is killed: after Telegram's answer to this operation, for the first or a later
   * time.
   */
  readonly points: readonly (readonly [after: Operation, times?: number])[];
}

const logins: readonly Login[] = [
  { name: 'phone', run: byPhone('9996610100'), points: [['sendCode'], ['signIn']] },
  { name: 'phone of another data centre', run: byPhone('9996620100'), points: [['sendCode'], ['signIn']] },
  { name: 'password', run: byPhone('9996621100'), points: [['signIn'], ['checkPassword']] },
  {
    name: 'phone, moved at the sign-in',
    run: byPhone('9996610101'),
    faults: [moved('USER_MIGRATE_3', 'auth.signIn')],
    points: [['signIn']],
  },
  {
    name: 'password, moved at the password',
    run: byPhone('9996611101'),
    faults: [moved('USER_MIGRATE_3', 'auth.checkPassword')],
    points: [['checkPassword']],
  },
  { name: 'bot', run: asBot('2000010100'), points: [['signInBot']] },
  { name: 'bot of another data centre (USER_MIGRATE)', run: asBot('2000020100'), points: [['signInBot']] },
  ...(['NETWORK_MIGRATE_2', 'PHONE_MIGRATE_2', 'USER_MIGRATE_3'] as const).map((message) => ({
    name: `bot, moved by ${message}`,
    run: asBot('2000020101'),
    faults: [moved(message, botMethod)],
    points: [['signInBot']] as const,
  })),
  { name: 'QR code', run: byQrCode('9996610102'), points: [['exportLoginToken', 2]] },
  {
    name: 'QR code of another data centre',
    run: byQrCode('9996620102'),
    points: [['exportLoginToken', 2], ['importLoginToken']],
  },
  {
    name: 'QR code of another data centre with a password',
    run: byQrCode('9996621102'),
    points: [['importLoginToken'], ['checkPassword']],
  },
];

describe('a session that is logged in at Telegram is in the database', () => {
  const rows = logins.flatMap((login) => login.points.map(([after, times]) => ({ ...login, after, times })));

  it.each(rows)('$name, killed after $after', async ({ run, faults = [], after, times }) => {
    for (const fault of faults) gramjs.sandbox.control.addFault(fault);
    const killed = startDaemon(after, times);
    run(killed).catch(() => undefined);
    await killed.dead;
    expect((await storedKeys()).all).toEqual(expect.arrayContaining(loggedInKeys()));

    await killed.pool.close();
    await clock.advance(2 * hours);
    await startDaemon().service.sweep();
    expect(loggedInKeys()).toEqual((await storedKeys()).accounts);
  });

  it.each(['auth.sendCode', 'auth.signIn', 'auth.checkPassword'])(
    'an answer to %s that breaks the protocol is refused, and the login continues',
    async (method) => {
      const { service } = startDaemon();
      const inputs = [phone('+9996621104'), code('22222'), password(magicPassword.reveal())];
      const lift = gramjs.sandbox.control.addFault({ kind: 'lie', lie: 'session_id', method });
      const outcomes: string[] = [];
      for (const input of inputs) {
        const first = await service.submit(alice, input).catch((error: unknown) => {
          expect(error).toMatchObject({ details: { kind: 'telegram_unreachable' } });
          lift();
          return service.submit(alice, input);
        });
        outcomes.push(first.kind);
      }
      expect(outcomes).toEqual(['code', 'password', 'complete']);
      expect(loggedInKeys()).toEqual((await storedKeys()).accounts);
    },
  );

  it('a password check is not moved, and the login continues', async () => {
    gramjs.sandbox.control.addFault(moved('NETWORK_MIGRATE_3', 'auth.checkPassword'));
    const daemon = startDaemon();
    await expect(byPhone('9996611103')(daemon)).rejects.toMatchObject({ details: { kind: 'telegram_unreachable' } });
    const step = await daemon.service.submit(alice, password(magicPassword.reveal()));
    expect(step).toMatchObject({ kind: 'complete' });
  });

  it.each(logins.filter(({ name }) => !/moved at/.test(name)))('$name, not killed', async ({ run, faults = [] }) => {
    for (const fault of faults) gramjs.sandbox.control.addFault(fault);
    await run(startDaemon());
    expect(loggedInKeys()).toHaveLength(1);
    expect((await storedKeys()).accounts).toEqual(loggedInKeys());
  });

  it.each(logins.slice(0, 3))('$name, from the database of an earlier release', async ({ run }) => {
    await withDaemon(run);
    await storeAsBefore();
    await withDaemon(({ service }) => service.whoAmI(alice));
    expect(await storedForms()).toEqual(['{']);
    expect(loggedInKeys()).toEqual((await storedKeys()).accounts);
  });

  it('a login in progress, from the database of an earlier release', async () => {
    for (const input of [phone('+9996621105'), code('22222'), password(magicPassword.reveal())]) {
      await withDaemon(({ service }) => service.submit(alice, input));
      await storeAsBefore();
    }
    await withDaemon(({ service }) => service.whoAmI(alice));
    expect(loggedInKeys()).toEqual((await storedKeys()).accounts);
  });
});

async function withDaemon(work: (daemon: Daemon) => Promise<unknown>): Promise<void> {
  const daemon = startDaemon();
  await work(daemon);
  await daemon.pool.close();
}

/** Stores each session as the session string of gramjs, the only form before 0.2.0. */
async function storeAsBefore(): Promise<void> {
  const before = (session: TelegramSession) => writeGramjsSession({ ...readStoredSession(session), port: 443 });
  await database.transaction(async (tx) => {
    for (const account of await tx.telegramAccounts.listByOwner(alice)) {
      if (account.session === null) continue;
      await tx.telegramAccounts.update({ ...account, session: before(account.session) });
    }
    for (const process of await tx.loginProcesses.listByOwner(alice, 0)) {
      const state = readState(process.state);
      if (!('session' in state) || state.session === null) continue;
      await tx.loginProcesses.save({ ...process, state: writeState({ ...state, session: before(state.session) }) });
    }
  });
}

/** Returns the first character of each stored session of a linked account. */
async function storedForms(): Promise<readonly string[]> {
  const accounts = await database.transaction((tx) => tx.telegramAccounts.listByOwner(alice));
  return accounts.map(({ session }) => session?.reveal().charAt(0) ?? '');
}
