import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { claimForDaemon } from '../../../src/database/daemon-lock.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';
import {
  createPostgresDatabase,
  createSqliteDatabase,
  postgresMissing,
  type TestDatabase,
} from '../../support/test-database.js';
import { openTestDatabase } from '../../support/database.js';
import { executeAll } from '../../support/imports.js';

const encryptionKey = Buffer.alloc(32, 7).toString('base64');
let workspace: CliWorkspace;
let source: TestDatabase & { readonly path: string };

const configure = (accounts: object = { mode: 'relay' }, upstream?: object, audit?: object) =>
  writeFileSync(
    join(workspace.folder, 'config.yaml'),
    JSON.stringify({
      homeserver: { domain: 'users.test', address: 'http://127.0.0.1:9' },
      accounts,
      provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
      telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
      bridge: { permissions: { 'users.test': 'user' }, ...(upstream && { upstream }) },
      encryption: { key: encryptionKey },
      ...(audit && { logging: { audit } }),
    }),
  );

beforeEach(async () => {
  workspace = createWorkplace();
  configure();
  source = await createSqliteDatabase();
  await executeAll(source, [
    `CREATE TABLE user_threepids (user_id TEXT, medium TEXT, address TEXT, validated_at BIGINT, added_at BIGINT)`,
    `INSERT INTO user_threepids VALUES ('@alice:users.test', 'email', 'alice@users.test', 1, 2), ('alice', 'email', '', 1, 2)`,
  ]);
});

afterEach(async () => {
  workspace.remove();
  await source.remove();
});

const run = (...args: readonly string[]) => workspace.run(['import', ...args]);
const fromSynapse = (...args: readonly string[]) => run('synapse', '--from', source.uri.reveal(), ...args);

describe('gangway import', () => {
  it('changes nothing without --apply, then imports, then finds nothing to do', async () => {
    const refused = 'refused: addresses, row 2: Not a Matrix ID.\n';
    const hint = 'This was a dry run: nothing has changed. Add --apply to import.\n';
    const expected = (counts: string, end = '') => ({
      code: 10,
      out: `${refused}addresses: ${counts}\n${end}`,
      err: '',
    });
    const dry = expected('1 to import, 0 unchanged, 1 refused, 0 left out', hint);
    expect(await fromSynapse()).toEqual(dry);
    expect(await fromSynapse()).toEqual(dry);
    expect(await fromSynapse('--apply')).toEqual(expected('1 imported, 0 unchanged, 1 refused, 0 left out'));
    expect(await fromSynapse('--apply')).toEqual(expected('0 imported, 1 unchanged, 1 refused, 0 left out'));
    const database = await openTestDatabase({
      uri: new Secret(`sqlite:${join(workspace.folder, 'gangway.db')}`),
      encryption: { key: new Secret(encryptionKey), oldKeys: [] },
    });
    const found = await database.read(({ accountAddresses }) =>
      accountAddresses.find({ medium: 'email', address: 'alice@users.test' }),
    );
    await database.close();
    expect(found).toMatchObject({ mxid: '@alice:users.test', validatedAt: 1, addedAt: 2 });
  });

  it('is in the audit log, without the addresses, unless it is a dry run', async () => {
    configure({ mode: 'relay' }, undefined, { output: 'file', file: 'audit.log' });
    const audited = () => readFileSync(join(workspace.folder, 'audit.log'), 'utf8').trim();
    await fromSynapse();
    expect(audited()).toBe('');
    await fromSynapse('--apply');
    expect(JSON.parse(audited())).toMatchObject({ audit: 'threepid.added', subject: '@alice:users.test' });
    expect(audited()).not.toContain('alice@users.test');
  });

  it('prints JSON, and ends with 0 if no row is refused', async () => {
    await executeAll(source, [`DELETE FROM user_threepids WHERE user_id = 'alice'`]);
    const { code, out } = await fromSynapse('--json');
    const counts = { imported: 1, unchanged: 0, refused: 0, left_out: 0, left_out_because: {} };
    expect(JSON.parse(out)).toEqual({ summary: { source: 'synapse', dry_run: true, addresses: counts } });
    expect(code).toBe(0);
  });

  it.each([[[]], [['--apply']]])('is refused while a daemon runs, with options %j', async (options) => {
    await fromSynapse();
    const daemon = await claimForDaemon(join(workspace.folder, 'gangway.db'));
    const { code, out, err } = await fromSynapse(...options);
    await daemon.release();
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/^Another Gangway is using the database file .*Stop it first\./);
  });

  it.each([
    ['a URI of neither kind', 'mysql://a:hunter2@b/c', 'The database URI must start with sqlite: or postgres://.'],
    ['a file that is not there', 'sqlite:/nowhere/homeserver.db', 'The database file /nowhere/homeserver.db cannot'],
    ['a server that is not there', 'postgres://a:hunter2@127.0.0.1:1/b', 'The database server 127.0.0.1:1 does not'],
  ])('explains %s, without the password', async (_, uri, problem) => {
    const { code, out, err } = await run('synapse', '--from', uri);
    expect([code, out]).toEqual([4, '']);
    expect(err).toContain(`The source cannot be opened. `);
    expect(err).toContain(problem);
    expect(err).not.toMatch(/hunter2|database\.uri|at .*\.ts/);
  });

  it('creates no file for a source that is not there', async () => {
    const path = join(workspace.folder, 'homeserver.db');
    expect(await run('synapse', '--from', `sqlite:${path}`)).toMatchObject({ code: 4 });
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['without the table', 'DROP TABLE user_threepids', 'it has no user_threepids.'],
    ['without a column', 'ALTER TABLE user_threepids DROP COLUMN added_at', 'it has no user_threepids.added_at.'],
  ])('refuses a database %s', async (_, change, problem) => {
    await executeAll(source, [change]);
    expect(await fromSynapse()).toEqual({
      code: 4,
      out: '',
      err: `This is no database of Synapse, or of another version: ${problem}\n`,
    });
  });

  it('does not write the source, nor change its file', async () => {
    const before = await source.dump();
    await fromSynapse('--apply');
    expect(await source.dump()).toBe(before);
  });

  it('imports no addresses without accounts', async () => {
    configure({ mode: 'off' });
    expect(await fromSynapse()).toMatchObject({ code: 7, out: '', err: expect.stringContaining('accounts.mode: off') });
  });
});

describe('gangway import mautrix-telegram', () => {
  const python = [
    'CREATE TABLE telethon_sessions (session_id TEXT PRIMARY KEY, dc_id INTEGER, auth_key BLOB)',
    'CREATE TABLE "user" (mxid TEXT PRIMARY KEY, tgid BIGINT, tg_username TEXT, tg_phone TEXT, is_bot BOOLEAN)',
    `INSERT INTO "user" VALUES ('@alice:users.test', 700020123, NULL, NULL, 0)`,
    `INSERT INTO telethon_sessions VALUES ('@alice:users.test', 2, zeroblob(256))`,
  ];
  const go = [
    'CREATE TABLE telegram_version (version INTEGER)',
    'CREATE TABLE user_login (bridge_id TEXT, user_mxid TEXT, id TEXT, remote_profile TEXT, metadata TEXT)',
    `INSERT INTO user_login VALUES ('', '@alice:users.test', '700020123', '{}',
      '{"session":{"dc_id":2,"auth_key":"${Buffer.alloc(256).toString('base64')}"}}')`,
  ];
  const upstream = { address: 'http://127.0.0.1:9', shared_secret: 'mQ2vTz7LpWc4RdYbKx9-' };
  const importLogins = (...args: readonly string[]) => run('mautrix-telegram', '--from', source.uri.reveal(), ...args);
  const sessions = async () => (await workspace.run(['sessions', 'list'])).out;
  const imported = { code: 0, out: 'logins: 1 imported, 0 unchanged, 0 refused, 0 left out\n', err: '' };

  it('requires to name which program uses the sessions', async () => {
    expect(await importLogins('--apply')).toMatchObject({ code: 2, err: expect.stringContaining('--held-by') });
  });

  it.each([
    ['Python', python],
    ['Go', go],
  ])('takes sessions of the bridge in %s only if it is stopped for good', async (_, statements) => {
    await executeAll(source, statements);
    expect(await importLogins('--held-by', 'gangway')).toMatchObject({ code: 0 });
    expect(await importLogins('--held-by', 'gangway', '--apply')).toMatchObject({
      code: 7,
      out: '',
      err: expect.stringContaining('add --bridge-is-stopped'),
    });
    expect(await sessions()).toBe('');
    expect(await importLogins('--held-by', 'gangway', '--apply', '--bridge-is-stopped')).toEqual(imported);
    expect(await sessions()).toBe('700020123 @alice:users.test here\n');
  });

  it('leaves sessions at the bridge only if one is configured, and is the one in Go', async () => {
    await executeAll(source, python);
    const kept = ['--held-by', 'bridge', '--apply'];
    expect(await importLogins(...kept)).toMatchObject({ code: 7, err: expect.stringContaining('bridge.upstream') });
    configure({ mode: 'relay' }, upstream);
    expect(await importLogins(...kept)).toMatchObject({ code: 7, err: expect.stringContaining('Upgrade the bridge') });
    await executeAll(source, go);
    expect(await importLogins(...kept)).toEqual(imported);
    expect(await sessions()).toBe('700020123 @alice:users.test at the bridge\n');
  });

  it('takes no sessions of a bridge in Go that is still configured', async () => {
    configure({ mode: 'relay' }, upstream);
    await executeAll(source, go);
    const ran = await importLogins('--held-by', 'gangway', '--apply', '--bridge-is-stopped');
    expect(ran).toMatchObject({ code: 7, out: '', err: expect.stringContaining('Use --held-by bridge') });
    expect(await sessions()).toBe('');
  });

  it.skipIf(postgresMissing)('takes no sessions from a PostgreSQL database that another program uses', async () => {
    const postgres = await createPostgresDatabase();
    await executeAll(
      postgres,
      python.map((each) =>
        each
          .replace('BLOB', 'bytea')
          .replace('zeroblob(256)', `decode(repeat('ab', 256), 'hex')`)
          .replace(', 0)', ', false)'),
      ),
    );
    const bridge = await postgres.connect();
    const take = ['mautrix-telegram', '--from', postgres.uri.reveal(), '--held-by', 'gangway', '--bridge-is-stopped'];
    expect(await run(...take)).toMatchObject({ code: 0 });
    expect(await run(...take, '--apply')).toMatchObject({ code: 4, err: expect.stringContaining('other connections') });
    await bridge.destroy();
    await expect.poll(() => run(...take, '--apply')).toEqual(imported);
    await postgres.remove();
  });
});
