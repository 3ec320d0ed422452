import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { Installation } from '../support/daemon.js';
import { startFleet, type Fleet } from '../support/fleet.js';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.js';
import { postgresMissing, queriesOf, type TestDatabase } from '../support/test-database.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/** How many users log in at once in each test. GANGWAY_TEST_LOGINS changes it. */
const logins = Number(process.env['GANGWAY_TEST_LOGINS'] ?? 12);
const timeout = 120_000 + 2_000 * logins;

// All tests share one fleet: each of them leaves three running daemons.
describe.skipIf(postgresMissing)(
  `three daemons on one PostgreSQL database, with clocks two minutes apart ${postgresMissing ?? ''}`,
  () => {
    let sandbox: Sandbox;
    let server: PostgresServer;
    let queries: Pick<TestDatabase, 'execute'>;
    let fleet: Fleet;

    beforeAll(async () => {
      sandbox = await startStrictSandbox();
      server = (await startPostgresServer(tmpdir())) ?? expect.unreachable();
      queries = queriesOf(server.uri);
      fleet = await startFleet(sandbox, server.uri, (sql) => queries.execute(sql));
    });

    beforeEach(() => fleet.ready());
    // The sandbox rejects keys with two connections.
    afterEach(() => fleet.requireNoOverlap());
    afterAll(async () => {
      await fleet.remove();
      await server.stop();
      await sandbox.stop();
    });

    it('log all users in, whichever daemon gets each step', { timeout }, async () => {
      const batch = fleet.logIn(logins);
      await batch.done;
      await fleet.requireLoggedIn(batch);
      for (const index of [0, 1, 2]) {
        expect((await fleet.getMe(fleet.daemon(index), batch.users[0] ?? '')).status).toBe(200);
      }
    });

    it('log all users in although one daemon is killed and another is suspended', { timeout }, async () => {
      const [second, third] = [fleet.daemon(1), fleet.daemon(2)];
      const registrations = third.output().split('daemon registered again').length;
      const batch = fleet.logIn(logins);
      await until(() => batch.codesSent() > logins / 4);
      await second.kill();
      const pid = third.pid() ?? expect.unreachable();
      process.kill(pid, 'SIGSTOP');
      await until(async () => (await queries.execute('SELECT id FROM daemons')).length === 1);
      process.kill(pid, 'SIGCONT');
      await until(() => third.output().split('daemon registered again').length > registrations);
      await second.start();
      await batch.done;
      await fleet.requireLoggedIn(batch);
      expect(third.output()).toContain('daemon lease lost to another daemon');
    });

    it('log all users in although the database closes all connections', { timeout }, async () => {
      const batch = fleet.logIn(logins);
      for (const part of [1 / 4, 1 / 2]) {
        await until(() => batch.codesSent() > logins * part);
        await queries.execute(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
      }
      await batch.done;
      await fleet.requireLoggedIn(batch);
    });

    it('log all users in although PostgreSQL restarts twice', { timeout }, async () => {
      const batch = fleet.logIn(logins);
      for (const part of [1 / 4, 1 / 2]) {
        await until(() => batch.codesSent() > logins * part);
        await server.restart();
      }
      await batch.done;
      await fleet.requireLoggedIn(batch);
    });

    it('find out that they lost a session before they send anything on it', { timeout: 90_000 }, async () => {
      const [first, second] = [fleet.daemon(0), fleet.daemon(1)];
      const [mxid, digits] = ['@alice:example.test', '9996610500'];
      const registrations = first.output().split('daemon registered again').length;
      await fleet.step(first, mxid, 'request_code', { phone: `+${digits}` });
      const pid = first.pid() ?? expect.unreachable();
      process.kill(pid, 'SIGSTOP');
      const waiting = fleet.step(second, mxid, 'send_code', { code: '11111' });
      expect(await waiting).toMatchObject({ status: 200 });
      const callsBefore = fleet.callsAbout([digits]);
      process.kill(pid, 'SIGCONT');
      await until(() => first.output().split('daemon registered again').length > registrations);
      expect(fleet.callsAbout([digits])).toEqual(callsBefore);
      expect((await fleet.getMe(first, mxid)).status).toBe(200);
      expect((await fleet.getMe(second, mxid)).status).toBe(200);
    });

    it('move a QR code to the daemon that a client asks for it', { timeout: 60_000 }, async () => {
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
    });
  },
);
