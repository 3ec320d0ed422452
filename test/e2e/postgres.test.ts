import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { createPostgresDatabase, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { install, type Installation } from '../support/daemon.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const alice = '@alice:example.test';

describe.skipIf(postgresMissing)(`a daemon on PostgreSQL ${postgresMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let testDatabase: TestDatabase;
  let first: Installation;
  let second: Installation;

  beforeAll(async () => {
    sandbox = await startStrictSandbox();
  });
  afterAll(() => sandbox.stop());

  beforeEach(async () => {
    testDatabase = await createPostgresDatabase();
    const database = { uri: testDatabase.uri.reveal() };
    first = await install(sandbox, { database });
    second = await install(sandbox, { database, encryption: { key: first.encryptionKey } });
  });
  afterEach(async () => {
    await Promise.all([first.remove(), second.remove()]);
    await testDatabase.remove();
    sandbox.control.reset();
  });

  it('continues the login of a killed daemon', async () => {
    await Promise.all([first.start(), second.start()]);
    expect(await first.login(alice, 'request_code', { phone: '+9996621500' })).toMatchObject({ status: 200 });
    await first.kill();
    expect(await second.login(alice, 'send_code', { code: '22222' })).toMatchObject({ status: 202 });
    const { password } = magicPasswords.password;
    expect(await second.login(alice, 'send_password', { password })).toMatchObject({ status: 200 });
    expect((await second.getMe(alice)).body).toMatchObject({ phone: '9996621500' });
  });

  it('sends one code for concurrent requests of one user to two daemons', async () => {
    await Promise.all([first.start(), second.start()]);
    const asked = [first, second, first, second].map((one) =>
      one.login(alice, 'request_code', { phone: '+9996610500' }),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(sandbox.control.calls().filter(({ method }) => method === 'auth.sendCode')).toHaveLength(1);
  });

  it('reports a lost database in the log, and is not ready', async () => {
    await first.start();
    await testDatabase.execute(
      `UPDATE pg_database SET datallowconn = false WHERE datname = current_database();
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(await first.login(alice, 'request_code', { phone: '+9996610500' })).toMatchObject({
      status: 503,
      body: { errcode: 'database_unavailable', state: 'request' },
    });
    expect(await first.probe('ready')).toBe(503);
    expect(await first.probe('live')).toBe(200);
  });

  it('reports a wrong key, and changes nothing', async () => {
    await first.start();
    await first.login(alice, 'request_code', { phone: '+9996610500' });
    // The daemon renews its lease meanwhile.
    const dump = async () => (await testDatabase.dump()).replace(/("registered_at":"\d+"),"expires_at":"\d+"/g, '$1');
    const before = await dump();
    const withWrongKey = await install(sandbox, { database: { uri: testDatabase.uri.reveal() } });
    await expect(withWrongKey.start()).rejects.toThrow(/ended with 4[^]*encrypted with another key/);
    await withWrongKey.remove();
    expect(await dump()).toBe(before);
    expect(await first.login(alice, 'send_code', { code: '11111' })).toMatchObject({ status: 200 });
  });
});
