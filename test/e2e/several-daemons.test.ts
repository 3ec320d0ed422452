import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { install, type Answer, type Installation } from '../support/daemon.js';
import { createPostgresDatabase, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/** How many users log in; more only on request: GANGWAY_TEST_LOGINS=200. */
const logins = Number(process.env['GANGWAY_TEST_LOGINS'] ?? 30);
const { password } = magicPasswords.password;
const atOnce = 8;

describe.skipIf(postgresMissing)(`three daemons on one PostgreSQL database ${postgresMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let testDatabase: TestDatabase;
  let daemons: readonly Installation[] = [];
  let secret = '';

  beforeEach(async () => {
    sandbox = await startStrictSandbox();
    testDatabase = await createPostgresDatabase();
    const database = { uri: testDatabase.uri.reveal() };
    const first = await install(sandbox, { database });
    secret = first.sharedSecret;
    const others = { database, encryption: { key: first.encryptionKey }, provisioning: { shared_secret: secret } };
    daemons = [first, await install(sandbox, others), await install(sandbox, others)];
    await Promise.all(daemons.map((daemon) => daemon.start()));
  });

  // The sandbox rejects keys with two connections, and its end fails if there was one.
  afterEach(async () => {
    await Promise.all(daemons.map((daemon) => daemon.remove()));
    await testDatabase.remove();
    await sandbox.stop();
  });

  const daemon = (index: number) => daemons[index] ?? expect.unreachable();
  const anyDaemon = () => daemon(randomInt(daemons.length));
  const step = (one: Installation, mxid: string, name: string, body: unknown) =>
    one.call('POST', `/login/${mxid}/${name}`, body, secret);
  const getMe = (one: Installation, mxid: string) => one.call('GET', `/${mxid}/get_me`, undefined, secret);
  const numberOf = (index: number) => `+99966${(index % 3) + 1}${1000 + index}`;
  const overlaps = () => sandbox.control.keys().filter(({ maxConnections }) => maxConnections > 1);

  /** Repeats a request until a daemon answers that is neither busy nor gone. */
  function patiently(request: () => Promise<Answer>): Promise<Answer> {
    const attempt = async () => {
      const answer = await request().catch(() => undefined);
      return answer && answer.status < 500 ? answer : undefined;
    };
    return vi.waitUntil(attempt, { timeout: 60_000, interval: 500 });
  }

  async function logIn(index: number): Promise<void> {
    const mxid = `@user${index}:example.test`;
    const phone = numberOf(index);
    const code = String((index % 3) + 1).repeat(5);
    const asked = await patiently(() => step(anyDaemon(), mxid, 'request_code', { phone }));
    expect(asked.status, asked.text).toBe(200);
    const sent = await patiently(() => step(anyDaemon(), mxid, 'send_code', { code }));
    expect(sent.status, sent.text).toBe(202);
    const done = await patiently(() => step(anyDaemon(), mxid, 'send_password', { password }));
    expect(done.status, done.text).toBe(200);
    expect((await patiently(() => getMe(anyDaemon(), mxid))).body).toMatchObject({ phone: phone.slice(1) });
  }

  async function logAllIn(): Promise<void> {
    const left = Array.from({ length: logins }, (_, index) => index);
    const work = async () => {
      for (let index = left.pop(); index !== undefined; index = left.pop()) await logIn(index);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  async function requireAllLoggedIn(): Promise<void> {
    const accounts = await testDatabase.execute('SELECT count(*)::int AS count FROM telegram_accounts');
    expect(accounts).toEqual([{ count: logins }]);
    expect(new Set(sandbox.control.sessions().map(({ userId }) => userId)).size).toBe(logins);
    expect(overlaps()).toEqual([]);
  }

  it('log all users in, whichever daemon gets each step', { timeout: 90_000 + 2_000 * logins }, async () => {
    await logAllIn();
    await requireAllLoggedIn();
  });

  it(
    'log all users in although one daemon is killed and another stands still',
    { timeout: 180_000 + 2_000 * logins },
    async () => {
      const [second, third] = [daemon(1), daemon(2)];
      const working = logAllIn();
      await until(() => sandbox.control.calls().filter(({ method }) => method === 'auth.sendCode').length > logins / 4);
      await second.kill();
      const pid = third.pid() ?? expect.unreachable();
      process.kill(pid, 'SIGSTOP');
      await until(async () => (await testDatabase.execute('SELECT id FROM daemons')).length === 1);
      process.kill(pid, 'SIGCONT');
      await third.line('daemon registered again');
      await second.start();
      await working;
      await requireAllLoggedIn();
      expect(third.output()).toContain('daemon lease lost to another daemon');
    },
  );

  it(
    'log all users in although the database closes all connections',
    { timeout: 90_000 + 2_000 * logins },
    async () => {
      const working = logAllIn();
      const codesSent = () => sandbox.control.calls().filter(({ method }) => method === 'auth.sendCode').length;
      for (const part of [1 / 4, 1 / 2]) {
        await until(() => codesSent() > logins * part);
        await testDatabase.execute(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
      }
      await working;
      await requireAllLoggedIn();
    },
  );

  it('find out that they lost a session before they send anything on it', { timeout: 90_000 }, async () => {
    const [first, second] = [daemon(0), daemon(1)];
    const mxid = '@alice:example.test';
    await step(first, mxid, 'request_code', { phone: '+9996610500' });
    const pid = first.pid() ?? expect.unreachable();
    process.kill(pid, 'SIGSTOP');
    const waiting = step(second, mxid, 'send_code', { code: '11111' });
    expect(await waiting).toMatchObject({ status: 200 });
    const callsBefore = sandbox.control.calls().length;
    process.kill(pid, 'SIGCONT');
    await first.line('daemon registered again');
    expect(sandbox.control.calls()).toHaveLength(callsBefore);
    expect((await getMe(first, mxid)).status).toBe(200);
    expect((await getMe(second, mxid)).status).toBe(200);
    expect(overlaps()).toEqual([]);
  });

  it('move a QR code to the daemon at which it is watched', { timeout: 60_000 }, async () => {
    const user = '@bob:example.test';
    const begun = await daemon(0).call('POST', `/v3/login/start/qr?user_id=${user}`, {}, secret);
    const path = `/v3/login/step/${String(begun.body['login_id'])}/fi.mau.telegram.login.show_qr/display_and_wait`;
    const watch = (one: Installation) => one.call('POST', `${path}?user_id=${user}`, {}, secret);
    const moved = [watch(daemon(0)), watch(daemon(1))];
    const shown = await Promise.race(moved);
    const watched = watch(daemon(2));
    const link = (shown.body['display_and_wait'] as { readonly data: string }).data;
    sandbox.control.acceptLoginToken(
      Buffer.from(new URL(link).searchParams.get('token') ?? '', 'base64url'),
      '+9996610501',
    );
    expect((await watched).status).toBe(200);
    await until(async () => (await watch(anyDaemon())).body['type'] === 'complete');
    await Promise.all(moved);
    expect(overlaps()).toEqual([]);
  });
});
