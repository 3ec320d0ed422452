import { afterEach, beforeEach, expect } from 'vitest';
import type { Failure } from '../../src/base/failure.js';
import type { Allowance } from '../../src/base/leaky-buckets.js';
import { parseMxid, type Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { hasActiveAccount } from '../../src/login/owned-logins.js';
import {
  TelegramAccountFailure,
  type AccountChecks,
  type TelegramAccounts,
  type TelegramAccountFailureDetails,
} from '../../src/login/accounts.js';
import {
  LoginFailure,
  LoginProcessFailure,
  type LoginFailureDetails,
  type LoginProcessFailureDetails,
} from '../../src/login/failure.js';
import type { LoginProcesses, LoginProgress, LoginInput } from '../../src/login/processes.js';
import { createLoginService, type LoginService } from '../../src/login/service.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import { openTestDatabase } from './database.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { createFakeTelegram, type FakeTelegram } from './fake-telegram.js';
import { silentLogger } from './silent-logger.js';

export const minutes = 60_000;
/** How long a login process may wait for its next step. */
export const expireAfterMs = 30 * minutes;

/** The login service on the fake Telegram. */
export interface LoginFixture {
  readonly clock: FakeClock;
  readonly telegram: FakeTelegram;
  readonly database: Database;
  readonly login: LoginService & LoginProcesses & TelegramAccounts & AccountChecks;
  /** Advances the time, second by second, until `work` has settled. */
  passTime<T>(work: Promise<T>): Promise<T>;
  /** Restarts the daemon: only the database and Telegram stay the same. */
  restart(): Promise<void>;
}

/** A LoginFixture that the caller closes. */
export interface OpenLoginFixture extends LoginFixture {
  /** Starts another process of the daemon, on this database unless another is given. */
  startService(on?: Database): LoginFixture['login'];
  close(): Promise<void>;
}

export interface LoginFixtureOptions {
  readonly maxAccounts?: number;
  readonly maxListening?: number;
  readonly attempts?: Allowance;
}

/** Opens a LoginFixture. Only users of example.org may log in. */
export async function openLoginFixture({
  maxAccounts = 3,
  maxListening = 4,
  attempts = { max: 1000, windowMs: 600_000 },
}: LoginFixtureOptions = {}): Promise<OpenLoginFixture> {
  const clock = createFakeClock();
  const telegram = createFakeTelegram({ clock });
  const database = await openTestDatabase({ clock });
  const startService = (on = database) =>
    createLoginService({
      database: on,
      pool: createConnectionPool({
        gateway: telegram.gateway,
        clock,
        logger: silentLogger,
        maxLive: 10,
        idleCloseMs: minutes,
      }),
      mayLogIn: (mxid) => mxid.endsWith(':example.org'),
      isActiveOwner: hasActiveAccount,
      maxAccounts,
      maxListening,
      attempts,
      expireAfterMs,
      clock,
      random: systemRandom,
      logger: silentLogger,
    });
  let login = startService();

  return {
    clock,
    telegram,
    database,
    get login() {
      return login;
    },
    async passTime(work) {
      const settled = new AbortController();
      work.catch(() => undefined).finally(() => settled.abort());
      while (!settled.signal.aborted) {
        await clock.advance(1000);
        // Work that waits for the database runs before the time advances.
        for (let turn = 0; turn < 8; turn++) await database.transaction(async () => undefined);
      }
      return work;
    },
    startService,
    async restart() {
      await telegram.gateway.close();
      login = startService();
    },
    close: () => database.close(),
  };
}

/** Opens a LoginFixture for each test; its properties are valid in tests and hooks only. */
export function useLoginFixture(options?: LoginFixtureOptions): LoginFixture {
  let opened: OpenLoginFixture | undefined;
  const current = () => opened ?? expect.unreachable('there is no test');
  beforeEach(async () => {
    opened = await openLoginFixture(options);
  });
  afterEach(() => current().close());

  return {
    get clock() {
      return current().clock;
    },
    get telegram() {
      return current().telegram;
    },
    get database() {
      return current().database;
    },
    get login() {
      return current().login;
    },
    passTime: (work) => current().passTime(work),
    restart: () => current().restart(),
  };
}

export function mxidOf(text: string): Mxid {
  return parseMxid(text) ?? expect.unreachable(text);
}

export const phone = (text: string): LoginInput => ({ kind: 'phone', phone: text });
export const code = (text: string): LoginInput => ({ kind: 'code', code: new Secret(text) });
export const password = (text: string): LoginInput => ({ kind: 'password', password: new Secret(text) });
export const token = (text: string): LoginInput => ({ kind: 'bot_token', token: new Secret(text) });

/** Returns the QR code that a login shows. */
export function urlOf({ step }: LoginProgress): Secret {
  return step.kind === 'qr' ? step.url : expect.unreachable(step.kind);
}

/** Returns the failure as data. Fails if `work` succeeds. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<LoginFailureDetails | LoginProcessFailureDetails | TelegramAccountFailureDetails> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const error: unknown = 'error' in outcome ? outcome.error : undefined;
  const known = [LoginFailure, LoginProcessFailure, TelegramAccountFailure];
  if (known.some((kind) => error instanceof kind)) return (error as Failure<LoginFailureDetails>).details;
  throw new Error(`expected a failure, got ${JSON.stringify(outcome)}`, { cause: error });
}
