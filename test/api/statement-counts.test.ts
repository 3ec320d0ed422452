import sqlite3 from 'sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mxidOf } from '../support/bridge-calls.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { alice, startProvisioning, type Provisioning } from '../support/provisioning.js';
import { recordStatements, type StatementRecorder } from '../support/statement-recorder.js';
import { code, password, phones } from './provisioning-0.3.0/operations.js';
import { logIn } from './provisioning-v1/operations.js';

const id = phones.plain.slice(1);
const databases = [
  { name: 'SQLite', skip: false },
  { name: 'PostgreSQL', skip: postgresMissing !== undefined },
];

let api: Provisioning;
let testDatabase: TestDatabase | undefined;
let recorder: StatementRecorder;
beforeEach(() => {
  recorder = recordStatements();
});
afterEach(async () => {
  recorder.stop();
  await api.close();
  await testDatabase?.remove();
  testDatabase = undefined;
});

async function start(database: string, handOver: 'automatic' | 'on_request'): Promise<void> {
  if (database === 'PostgreSQL') testDatabase = await createMigratedPostgres();
  api = await startProvisioning({ fromTelegram: 'ask', handOver, hasOwnAccounts: true, uri: testDatabase?.uri });
  const account = { mxid: mxidOf(alice), passwordHash: undefined, createdAt: 1, deactivatedAt: undefined };
  await api.database.transaction((tx) => tx.accounts.insert(account));
}

/** Returns the statements about tables, such as `SELECT accounts`, in order. */
function statementsIn(recorded: readonly string[]): readonly string[] {
  return recorded.flatMap((sql) => {
    const [, verb, table = ''] = /^(SELECT|INSERT|UPDATE|DELETE)\b(?:[^]*?\b(?:FROM|INTO))? "?(\w+)/.exec(sql) ?? [];
    return verb === undefined || table.startsWith('pg_') ? [] : [`${verb} ${table}`];
  });
}

const summarize = (recorded: readonly string[]) => ({
  transactions: recorded.filter((sql) => sql.startsWith('BEGIN')).length,
  statements: statementsIn(recorded),
});

/**
 * Returns how many transactions have written. SQLite and PostgreSQL flush the log to disk once for
 * each of them, and never for one that only reads.
 */
function writesIn(recorded: readonly string[]): number {
  const transactions = recorded
    .join('\n')
    .split(/^(?:BEGIN|START TRANSACTION)\b/m)
    .slice(1);
  return transactions.filter((sql) => /^(?:INSERT|UPDATE|DELETE)\b/m.test(sql) && /^COMMIT\b/m.test(sql)).length;
}

it('SQLite flushes its log at each commit', async () => {
  const recorded = await recorder.during(() => start('SQLite', 'on_request'));
  expect(recorded.filter((sql) => /synchronous/i.test(sql))).toEqual([]);
  const connection = new sqlite3.Database(':memory:');
  const setting = await new Promise((resolve) => connection.get('PRAGMA synchronous', (_, row) => resolve(row)));
  connection.close();
  // FULL, the default of the package.
  expect(setting).toEqual({ synchronous: 2 });
});

describe.each(databases)('on $name', ({ name, skip }) => {
  const loginReads = ['SELECT accounts', 'SELECT telegram_accounts'];
  const phoneReads = ['SELECT accounts', 'SELECT account_addresses'];
  const calls = {
    [`/v3/whoami?user_id=${alice}`]: { transactions: 1, statements: [...loginReads, ...phoneReads] },
    [`/v3/logins?user_id=${alice}`]: { transactions: 1, statements: loginReads },
    [`/v1/user/${alice}`]: { transactions: 1, statements: [...loginReads, ...phoneReads] },
    [`/${alice}/get_me`]: { transactions: 1, statements: [...loginReads, ...phoneReads] },
    [`/v3/contacts?user_id=${alice}`]: { transactions: 0, statements: ['SELECT telegram_accounts'] },
  };

  it.skipIf(skip)('a call about a login of the bridge reads each row once, and writes nothing', async () => {
    await start(name, 'automatic');
    await logIn(api, alice);
    await api.clock.advance(1000);
    for (const [path, cost] of Object.entries(calls)) {
      const recorded = await recorder.during(async () => expect((await api.call('GET', path)).status).toBe(200));
      expect(summarize(recorded), path).toEqual(cost);
    }
  });

  it.skipIf(skip)('a login and its hand-over take these statements', async () => {
    await start(name, 'on_request');
    await api.call('POST', `/v1/user/${alice}/login/request_code`, { phone: phones.plain });
    const login = await recorder.during(() => api.call('POST', `/v1/user/${alice}/login/send_code`, { code }));
    expect(summarize(login)).toEqual({
      // Flood waits are read outside of a transaction, which would wait for writers.
      transactions: 4,
      statements: [
        ...loginReads,
        'SELECT login_processes',
        'SELECT flood_waits',
        // The claim: the bridge is queried again, then the owner of the Telegram account.
        'SELECT telegram_accounts',
        'SELECT telegram_accounts',
        'UPDATE accounts',
        'SELECT accounts',
        'INSERT telegram_accounts',
        'SELECT login_processes',
        'DELETE login_processes',
        'SELECT login_processes',
        'INSERT login_processes',
        'INSERT events',
        'SELECT account_addresses',
        // The part of the answer about the hand-over and the phone number.
        'SELECT telegram_accounts',
        'SELECT hand_overs',
        ...phoneReads,
      ],
    });
    const handOver = await recorder.during(() => api.call('POST', `/v3/login/hand_over/${id}?user_id=${alice}`));
    expect(api.fakeBridge.logins.has(id)).toBe(true);
    const { transactions, statements } = summarize(handOver);
    expect(transactions).toBe(5);
    // The request reads the account during the attempt and after it.
    const written = statements.slice(statements.indexOf('UPDATE telegram_accounts'));
    expect(written.filter((statement) => statement !== 'SELECT telegram_accounts')).toEqual([
      'UPDATE telegram_accounts',
      'INSERT hand_overs',
      // The attempt: its row, earlier logins to be ended, the process, the confirmation.
      'SELECT hand_overs',
      'SELECT hand_overs',
      'UPDATE hand_overs',
      'UPDATE telegram_accounts',
      'DELETE hand_overs',
      'INSERT events',
    ]);
  });

  // A step is stored before its response, because the code is valid with the auth key of the
  // request only, and a daemon that is killed must continue with it. The last step stores the
  // linked account, the end of the process and the event together. Less than one write loses a
  // step. What is rejected changes nothing that must survive.
  it.skipIf(skip)('each step of a login is written to disk once', async () => {
    await start(name, 'on_request');
    const call = (method: 'GET' | 'POST', path: string, status: number, body?: Record<string, string>) => async () =>
      expect((await api.call(method, path, body)).status).toBe(status);
    const login = `/login/${alice}`;
    const steps = {
      'a phone number': call('POST', `${login}/request_code`, 200, { phone: phones.withPassword }),
      'a wrong code': call('POST', `${login}/send_code`, 401, { code: '00000' }),
      'the code': call('POST', `${login}/send_code`, 202, { code }),
      'a wrong password': call('POST', `${login}/send_password`, 401, { password: 'wrong' }),
      'the password': call('POST', `${login}/send_password`, 200, { password }),
      'the linked account': call('GET', `/${alice}/get_me`, 200),
    };
    const writes: Record<string, number> = {};
    for (const [step, work] of Object.entries(steps)) writes[step] = writesIn(await recorder.during(work));
    expect(writes).toEqual({
      'a phone number': 1,
      'a wrong code': 0,
      'the code': 1,
      'a wrong password': 0,
      'the password': 1,
      'the linked account': 0,
    });
    // The hand-over is stored, then the login process of the bridge before the session is sent to
    // it, then that the bridge has the session. Each may be the last before the daemon is killed.
    const handOver = `/v3/login/hand_over/${phones.withPassword.slice(1)}?user_id=${alice}`;
    expect(writesIn(await recorder.during(call('POST', handOver, 200)))).toBe(3);
  });

  it.skipIf(skip)('an automatic hand-over is made without a query for due ones', async () => {
    await start(name, 'automatic');
    const recorded = await recorder.during(() => logIn(api, alice));
    expect(api.fakeBridge.logins.has(id)).toBe(true);
    expect(statementsIn(recorded).filter((statement) => statement.endsWith(' hand_overs'))).toEqual([
      'INSERT hand_overs',
      'SELECT hand_overs',
      'SELECT hand_overs',
      'UPDATE hand_overs',
      'DELETE hand_overs',
    ]);
  });
});
