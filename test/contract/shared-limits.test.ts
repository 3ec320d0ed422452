import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountFailure } from '../../src/accounts/failure.js';
import { createLoginLimits, type LoginAllowances } from '../../src/accounts/login-limits.js';
import { createUserInteractiveAuth } from '../../src/accounts/uia/user-interactive-auth.js';
import { systemClock } from '../../src/base/clock.js';
import { Failure } from '../../src/base/failure.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { createQuotaGroups } from '../../src/base/quota-groups.js';
import { systemRandom } from '../../src/base/random.js';
import type { Database } from '../../src/database/database.js';
import { createInviteLimits } from '../../src/identity/invite-limits.js';
import { createTelegramCalls } from '../../src/login/telegram-calls.js';
import { createAskerLimits } from '../../src/threepid/limits.js';
import { openTestDatabase } from '../support/database.js';
import { silentLogger } from '../support/silent-logger.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';

const alice = '@alice:example.test' as Mxid;
const serverName = 'example.test' as ServerName;
const quotaGroupsOf = createQuotaGroups(serverName);
const few = { max: 5, windowMs: 86_400_000 };
const plenty = { max: 10_000, windowMs: 86_400_000 };

/** Makes the numbered attempt. Each attempt comes from another client address. */
type Attempt = (index: number) => Promise<unknown>;

const messageLimits = { perClient: plenty, perUser: plenty, perCallingCode: plenty, guessesPerClient: plenty };
const inviteLimits = { perSender: plenty, perServer: plenty, perNetwork: plenty, perAddress: plenty };
const wrong = () => Promise.reject(new AccountFailure({ kind: 'wrong_credentials' }));

function loginAttempt(
  { limiter }: Database,
  changes: Partial<LoginAllowances>,
  { end, clientOf }: { readonly end: () => Promise<string>; readonly clientOf: (index: number) => string },
): Attempt {
  const allowances = { perAddress: plenty, perAccount: plenty, failuresPerAccount: plenty, ...changes };
  const limits = createLoginLimits({ allowances, serverName, limiter, clock: systemClock });
  const identifier = { kind: 'user', user: 'alice' } as const;
  return (index) => limits.logIn({ client: clientOf(index), identifier }, end);
}

function messageAttempt(
  { limiter }: Database,
  changes: Partial<typeof messageLimits>,
  mxidOf: (index: number) => Mxid | undefined,
): Attempt {
  const limits = createAskerLimits({ ...messageLimits, ...changes }, { limiter, quotaGroupsOf });
  return (index) => limits.admitMessage({ client: `client ${index}`, mxid: mxidOf(index) }, '44');
}

function inviteAttempt(
  { limiter }: Database,
  changes: Partial<typeof inviteLimits>,
  parties: (index: number) => { readonly caller: Mxid; readonly address: string },
): Attempt {
  const allowances = { ...inviteLimits, ...changes };
  const limits = createInviteLimits({ allowances, ownServer: serverName, quotaGroupsOf, limiter });
  return (index) => {
    const { caller, address } = parties(index);
    const clientAddress = `198.51.${index}.1`;
    return limits.admit({ sender: caller, caller, clientAddress, address: { medium: 'email', address } });
  };
}

function telegramAttempt(database: Database): Attempt {
  const session = { dataCenter: 1, authKey: Buffer.alloc(0) } as never;
  const pool = {
    use: (_: string, __: unknown, work: (connection: never) => unknown) => work({ session } as never),
    closeKey: () => Promise.resolve(),
  } as never;
  const calls = createTelegramCalls({ pool, database, attempts: few, clock: systemClock, logger: silentLogger });
  return async (index) => {
    await calls.checkAttempts(alice);
    const call = () => Promise.resolve();
    const question = { key: `login ${index}`, session, subject: `number ${index}`, countedFor: alice, call };
    return calls.ask({ ...question, method: 'send_code' });
  };
}

function uiaAttempt(database: Database): Attempt {
  const uia = createUserInteractiveAuth({
    database,
    stages: [{ type: 'word', isPassed: () => Promise.resolve(false) }],
    flows: [['word']],
    clock: systemClock,
    random: systemRandom,
  });
  const operation = { owner: alice, method: 'POST', path: '/add', params: {} };
  return async () => {
    try {
      await uia.authenticate(operation, { type: 'word' });
    } catch (error) {
      if (error instanceof AccountFailure && error.details.kind !== 'authentication_incomplete') throw error;
    }
  };
}

const strangerOf = (index: number) => `@user${index}:elsewhere.test` as Mxid;
const kinds: readonly (readonly [string, number, (database: Database) => Attempt])[] = [
  [
    'logins to one Matrix account',
    5,
    (database) => loginAttempt(database, { perAccount: few }, { end: async () => 'in', clientOf: (n) => `${n}` }),
  ],
  [
    'wrong passwords of one client for one account',
    5,
    (database) => loginAttempt(database, { failuresPerAccount: few }, { end: wrong, clientOf: () => 'client' }),
  ],
  // Ten clients, each with all its failures, lock the others out.
  [
    'wrong passwords of all clients for one account',
    10,
    (database) =>
      loginAttempt(database, { failuresPerAccount: { ...few, max: 1 } }, { end: wrong, clientOf: (n) => `${n}` }),
  ],
  ['failed user-interactive authentication', 10, uiaAttempt],
  ['login attempts at Telegram of one user', 5, telegramAttempt],
  ['messages of one user', 5, (database) => messageAttempt(database, { perUser: few }, () => alice)],
  [
    'messages to one country',
    5,
    (database) => messageAttempt(database, { perCallingCode: few }, (n) => `@user${n}:example.test` as Mxid),
  ],
  // Half of the limit, rounded up.
  [
    'messages of unauthenticated callers',
    3,
    (database) => messageAttempt(database, { perCallingCode: few }, () => undefined),
  ],
  [
    'invites of one sender',
    5,
    (database) => inviteAttempt(database, { perSender: few }, (n) => ({ caller: alice, address: `${n}@a.test` })),
  ],
  [
    'invites of one server',
    5,
    (database) =>
      inviteAttempt(database, { perServer: few }, (n) => ({ caller: strangerOf(n), address: `${n}@a.test` })),
  ],
  [
    'invites to one address',
    3,
    (database) => inviteAttempt(database, { perAddress: few }, (n) => ({ caller: strangerOf(n), address: 'b@a.test' })),
  ],
];

describe.skipIf(postgresMissing)('three daemons on one PostgreSQL database', () => {
  let testDatabase: TestDatabase;
  let databases: readonly Database[];

  beforeEach(async () => {
    testDatabase = await createMigratedPostgres();
    const open = () => openTestDatabase({ uri: testDatabase.uri });
    databases = await Promise.all([open(), open(), open()]);
    const account = { mxid: alice, passwordHash: undefined, createdAt: 1, deactivatedAt: undefined };
    await databases[0]?.transaction((tx) => tx.accounts.insert(account));
  });
  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await testDatabase.remove();
  });

  it.each(kinds)('together allow as many %s as one: %d', async (_, max, create) => {
    const attempts = databases.map(create);
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (__, index) => {
        const attempt = attempts[Math.floor(Math.random() * attempts.length)];
        try {
          await attempt?.(index);
          return 'done';
        } catch (error) {
          const kind = error instanceof Failure ? (error.details as { readonly kind: string }).kind : String(error);
          return kind === 'wrong_credentials' ? 'done' : kind;
        }
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(max);
    expect(outcomes.filter((outcome) => ['rate_limited', 'asked_too_often'].includes(outcome))).toHaveLength(40 - max);
  });
});
