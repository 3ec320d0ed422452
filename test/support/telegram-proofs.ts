import type { AccountThreepids } from '../../src/accounts/account-threepids.js';
import { createTelegramProofs } from '../../src/accounts/threepids/database-telegram-proofs.js';
import type { FromTelegram, TelegramProofs } from '../../src/accounts/threepids/telegram-proofs.js';
import type { Mxid } from '../../src/base/mxid.js';
import { PhoneNumber } from '../../src/base/phone.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { AccountPublisher } from '../../src/identity/associations.js';
import type { AccountChecks } from '../../src/login/accounts.js';
import type { LoginProcesses } from '../../src/login/processes.js';
import { readUser } from '../../src/login/login-codec.js';
import { createLoginService, type LoginService } from '../../src/login/service.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import type { TelegramUser } from '../../src/telegram/shapes.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from './embedded-accounts.js';
import { createFakeTelegram, type FakeTelegram } from './fake-telegram.js';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js';

/** Options of a test. */
export interface ProofChanges {
  readonly mode?: FromTelegram;
  readonly hasOwnAccounts?: boolean;
  readonly publisher?: AccountPublisher;
  readonly homeserverThreepids?: AccountThreepids;
}

/**
 * The phone numbers that logins validate, with the real login service on the fake Telegram, and
 * accounts of our own.
 */
export interface ProofsUnderTest {
  readonly proofs: TelegramProofs;
  readonly login: LoginService & LoginProcesses & AccountChecks;
  readonly telegram: FakeTelegram;
  readonly embedded: EmbeddedUnderTest;
  readonly logger: RecordingLogger;
  /** Logs in to Telegram with that number of the fake. */
  readonly logIn: (mxid: Mxid, phone: string) => Promise<TelegramUser>;
  readonly logInBot: (mxid: Mxid, token: string) => Promise<TelegramUser>;
  /** Returns the numbers of the Matrix account, oldest first. */
  readonly numbersOf: (mxid: Mxid) => Promise<readonly string[]>;
}

/** Opens it on that database. The caller closes it. */
export async function openTelegramProofs(database: Database, changes: ProofChanges = {}): Promise<ProofsUnderTest> {
  const embedded = await openEmbeddedAccounts({ database });
  const { clock, serverName } = embedded;
  const logger = createRecordingLogger();
  const telegram = createFakeTelegram({ clock });
  const { gateway } = telegram;
  const deps = { database, clock, random: systemRandom, logger };
  const proofs = createTelegramProofs({
    ...deps,
    mode: 'ask',
    hasOwnAccounts: true,
    publisher: undefined,
    homeserverThreepids: undefined,
    readProfile: readUser,
    serverName,
    ...changes,
  });
  const login = createLoginService({
    ...deps,
    pool: createConnectionPool({ gateway, clock, logger, maxLive: 10, idleCloseMs: 60_000 }),
    mayLogIn: () => true,
    maxAccounts: 3,
    maxListening: 4,
    attempts: { max: 1000, windowMs: 600_000 },
    expireAfterMs: 30 * 60_000,
    watcher: proofs,
  });

  return {
    proofs,
    login,
    telegram,
    embedded,
    logger,

    async logIn(mxid, phone) {
      await login.submit(mxid, { kind: 'phone', phone });
      const code = new Secret((phone.at(-5) ?? '').repeat(5));
      const step = await login.submit(mxid, { kind: 'code', code });
      if (step.kind !== 'complete') throw new Error(`${phone} needs more than a code`);
      return step.user;
    },

    async logInBot(mxid, token) {
      const step = await login.submit(mxid, { kind: 'bot_token', token: new Secret(token) });
      if (step.kind !== 'complete') throw new Error('a bot needs more than a token');
      return step.user;
    },

    async numbersOf(mxid) {
      const addresses = await database.transaction((tx) => tx.accountAddresses.listByUser(mxid));
      return addresses.map(({ address }) => address);
    },
  };
}

/** Returns that number, which must be the only one. */
export function numberOf(text: string): PhoneNumber {
  const number = PhoneNumber.parse(text);
  if (!number) throw new Error(`not a phone number: ${text}`);
  return number;
}
