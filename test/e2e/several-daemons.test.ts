import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { Installation } from '../support/daemon.js';
import { startFleet, type Fleet } from '../support/fleet.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { createPostgresDatabase, postgresMissing, queriesOf, type TestDatabase } from '../support/test-database.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/** How many users log in; more only on request: GANGWAY_TEST_LOGINS=200. */
const logins = Number(process.env['GANGWAY_TEST_LOGINS'] ?? 30);

describe.skipIf(postgresMissing)(`three daemons on one PostgreSQL database ${postgresMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let testDatabase: TestDatabase;
  let fleet: Fleet;

  beforeEach(async () => {
    sandbox = await startStrictSandbox();
    testDatabase = await createPostgresDatabase();
    fleet = await startFleet(sandbox, testDatabase.uri.reveal(), (sql) => testDatabase.execute(sql));
  });

  // The sandbox rejects keys with two connections, and its end fails if there was one.
  afterEach(async () => {
    await fleet.remove();
    await testDatabase.remove();
    await sandbox.stop();
  });

  it('log all users in, whichever daemon gets each step', { timeout: 90_000 + 2_000 * logins }, async () => {
    await fleet.logAllIn(logins);
    await fleet.requireAllLoggedIn(logins);
  });

  it(
    'log all users in although one daemon is killed and another stands still',
    { timeout: 180_000 + 2_000 * logins },
    async () => {
      const [second, third] = [fleet.daemon(1), fleet.daemon(2)];
      const working = fleet.logAllIn(logins);
      await until(() => fleet.codesSent() > logins / 4);
      await second.kill();
      const pid = third.pid() ?? expect.unreachable();
      process.kill(pid, 'SIGSTOP');
      await until(async () => (await testDatabase.execute('SELECT id FROM daemons')).length === 1);
      process.kill(pid, 'SIGCONT');
      await third.line('daemon registered again');
      await second.start();
      await working;
      await fleet.requireAllLoggedIn(logins);
      expect(third.output()).toContain('daemon lease lost to another daemon');
    },
  );

  it(
    'log all users in although the database closes all connections',
    { timeout: 90_000 + 2_000 * logins },
    async () => {
      const working = fleet.logAllIn(logins);
      for (const part of [1 / 4, 1 / 2]) {
        await until(() => fleet.codesSent() > logins * part);
        await testDatabase.execute(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
      }
      await working;
      await fleet.requireAllLoggedIn(logins);
    },
  );

  it('log all users in although their clocks are two minutes apart', { timeout: 90_000 + 2_000 * logins }, async () => {
    for (const [index, aheadMs] of [-60_000, 0, 60_000].entries()) {
      await fleet.daemon(index).stop();
      await fleet.daemon(index).start(aheadMs);
    }
    await fleet.logAllIn(logins);
    await fleet.requireAllLoggedIn(logins);
    for (const index of [0, 1, 2]) {
      expect((await fleet.getMe(fleet.daemon(index), '@user0:example.test')).status).toBe(200);
    }
  });

  it('find out that they lost a session before they send anything on it', { timeout: 90_000 }, async () => {
    const [first, second] = [fleet.daemon(0), fleet.daemon(1)];
    const mxid = '@alice:example.test';
    await fleet.step(first, mxid, 'request_code', { phone: '+9996610500' });
    const pid = first.pid() ?? expect.unreachable();
    process.kill(pid, 'SIGSTOP');
    const waiting = fleet.step(second, mxid, 'send_code', { code: '11111' });
    expect(await waiting).toMatchObject({ status: 200 });
    const callsBefore = sandbox.control.calls().length;
    process.kill(pid, 'SIGCONT');
    await first.line('daemon registered again');
    expect(sandbox.control.calls()).toHaveLength(callsBefore);
    expect((await fleet.getMe(first, mxid)).status).toBe(200);
    expect((await fleet.getMe(second, mxid)).status).toBe(200);
    fleet.requireNoOverlap();
  });

  it('move a QR code to the daemon at which it is watched', { timeout: 60_000 }, async () => {
    const user = '@bob:example.test';
    const begun = await fleet.daemon(0).call('POST', `/v3/login/start/qr?user_id=${user}`, {}, fleet.secret);
    const path = `/v3/login/step/${String(begun.body['login_id'])}/fi.mau.telegram.login.show_qr/display_and_wait`;
    const watch = (one: Installation) => one.call('POST', `${path}?user_id=${user}`, {}, fleet.secret);
    const moved = [watch(fleet.daemon(0)), watch(fleet.daemon(1))];
    const shown = await Promise.race(moved);
    const watched = watch(fleet.daemon(2));
    const link = (shown.body['display_and_wait'] as { readonly data: string }).data;
    sandbox.control.acceptLoginToken(
      Buffer.from(new URL(link).searchParams.get('token') ?? '', 'base64url'),
      '+9996610501',
    );
    expect((await watched).status).toBe(200);
    await until(async () => (await watch(fleet.anyDaemon())).body['type'] === 'complete');
    await Promise.all(moved);
    fleet.requireNoOverlap();
  });
});

it.skipIf(postgresMissing)(
  'three daemons log all users in although PostgreSQL restarts twice',
  { timeout: 120_000 + 2_000 * logins },
  async () => {
    const server = (await startPostgresServer(tmpdir())) ?? expect.unreachable();
    const sandbox = await startStrictSandbox();
    const queries = queriesOf(server.uri);
    const fleet = await startFleet(sandbox, server.uri, (sql) => queries.execute(sql));
    try {
      const working = fleet.logAllIn(logins);
      for (const part of [1 / 4, 1 / 2]) {
        await until(() => fleet.codesSent() > logins * part);
        await server.restart();
      }
      await working;
      await fleet.requireAllLoggedIn(logins);
    } finally {
      await fleet.remove();
      await server.stop();
      await sandbox.stop();
    }
  },
);
