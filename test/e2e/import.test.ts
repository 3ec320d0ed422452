import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasSignature } from '../../src/base/signed-json.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, programEnvironment, type ConfigOverrides, type Installation } from '../support/daemon.js';
import { executeAll, insertRows, sourceKinds } from '../support/imports.js';
import { makeBridgeSession } from '../support/made-session.js';
import { sydent } from '../support/python-clients.js';
import { runCommand } from '../support/ran-command.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startSynapse, synapseMissing } from '../support/synapse.js';
import { createSqliteDatabase, type TestDatabase } from '../support/test-database.js';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const alice = '@alice:example.test';
const bridgeSession = z.object({ auth_key: z.string(), dc_id: z.number(), server_address: z.string() });

let sandbox: Sandbox;
let gangway: Installation | undefined;
let testDatabase: TestDatabase | undefined;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterEach(async () => {
  await gangway?.remove();
  await testDatabase?.remove();
  gangway = testDatabase = undefined;
  sandbox.control.reset();
});
afterAll(() => sandbox.stop());

/** Runs a command on the configuration of the installation, in the process of the tests. */
async function run({ folder }: Installation, args: readonly string[]) {
  const { code, out, err } = await runCommand(folder, args);
  return { code, printed: `${out}${err}` };
}

async function installed(overrides: ConfigOverrides = {}): Promise<Installation> {
  gangway = await install(sandbox, overrides);
  return gangway;
}

/** Stores a session as a version of the bridge does. */
const bridges = {
  python: async (source: TestDatabase, isPostgres: boolean, session: z.infer<typeof bridgeSession>) => {
    await executeAll(source, [
      `CREATE TABLE "user" (mxid TEXT PRIMARY KEY, tgid BIGINT UNIQUE, tg_username TEXT, tg_phone TEXT, is_bot BOOLEAN NOT NULL DEFAULT false)`,
      `CREATE TABLE telethon_sessions (session_id TEXT PRIMARY KEY, dc_id INTEGER, server_address TEXT, port INTEGER,
       auth_key ${isPostgres ? 'bytea' : 'BLOB'})`,
    ]);
    await insertRows(source, '"user"', [{ mxid: alice, tgid: 700020123, tg_phone: '9996620123' }]);
    const [address, port] = session.server_address.split(':');
    const place = { dc_id: session.dc_id, server_address: address, port: Number(port) };
    const key = Buffer.from(session.auth_key, 'base64');
    await insertRows(source, 'telethon_sessions', [{ session_id: alice, ...place, auth_key: key }]);
  },
  go: async (source: TestDatabase, isPostgres: boolean, session: z.infer<typeof bridgeSession>) => {
    await executeAll(source, [
      'CREATE TABLE telegram_version (version INTEGER, compat INTEGER)',
      `CREATE TABLE user_login (bridge_id TEXT NOT NULL, user_mxid TEXT NOT NULL, id TEXT NOT NULL, remote_name TEXT NOT NULL,
       remote_profile ${isPostgres ? 'jsonb' : 'TEXT'}, space_room TEXT, metadata ${isPostgres ? 'jsonb' : 'TEXT'} NOT NULL)`,
    ]);
    const login = { bridge_id: 'telegram', user_mxid: alice, id: '700020123', remote_name: '+9996620123' };
    await insertRows(source, 'user_login', [{ ...login, metadata: JSON.stringify({ phone: '+9996620123', session }) }]);
  },
};

// The tests of the import have each version on each database.
const [onSqlite, onPostgres] = sourceKinds;
const sources = [
  { ...onSqlite, version: 'python' },
  { ...onPostgres, version: 'go' },
] as const;

describe.each(sources)('Telegram logins of a mautrix-telegram ($version) on $kind', (source) => {
  const { kind, create, missing, version } = source;
  it.skipIf(missing)('are continued by the daemon', async () => {
    const made = await makeBridgeSession(sandbox, '+9996620123');
    const session = bridgeSession.parse(JSON.parse(made.reveal()));
    testDatabase = await create();
    await bridges[version](testDatabase, kind === 'PostgreSQL', session);
    const installation = await installed();
    const take = ['import', 'mautrix-telegram', '--from', testDatabase.uri.reveal(), '--held-by', 'gangway'];
    const counts = (text: string) => `logins: ${text}, 0 refused, 0 left out\n`;
    expect(await run(installation, take)).toMatchObject({
      code: 0,
      printed: expect.stringContaining('1 to import'),
    });
    const apply = [...take, '--bridge-is-stopped', '--apply'];
    expect(await run(installation, apply)).toEqual({ code: 0, printed: counts('1 imported, 0 unchanged') });
    expect(await run(installation, apply)).toEqual({ code: 0, printed: counts('0 imported, 1 unchanged') });
    await installation.start();
    expect(await run(installation, apply)).toMatchObject({
      code: 4,
      printed: expect.stringContaining('Stop it first'),
    });
    const me = await installation.getMe(alice);
    expect([me.status, me.body['id'], me.body['phone']]).toEqual([200, '700020123', '9996620123']);
    expect(sandbox.control.keys()).toHaveLength(1);
    // The key is stored encrypted only, and never logged.
    const written = `${(await installation.filesWritten()).toString('latin1')}${installation.output()}`;
    expect(written).not.toContain(session.auth_key.slice(0, 40));
    expect(written).not.toContain(Buffer.from(session.auth_key, 'base64').toString('latin1').slice(0, 40));
  });
});

describe('an import that is killed', () => {
  it('is completed by the next one', { timeout: 60_000 }, async () => {
    testDatabase = await createSqliteDatabase();
    await executeAll(testDatabase, [
      'CREATE TABLE user_threepids (user_id TEXT, medium TEXT, address TEXT, validated_at BIGINT, added_at BIGINT)',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO user_threepids
       SELECT CASE i WHEN 1 THEN 'no user' ELSE '@user' || i || ':example.test' END, 'email', i || '@example.test', 1, i FROM n`,
    ]);
    const installation = await installed({
      accounts: { mode: 'relay' },
      homeserver: { domain: 'example.test', address: 'http://127.0.0.1:9' },
    });
    const args = ['import', 'synapse', '--from', testDatabase.uri.reveal(), '--apply'];
    const killed = spawn(process.execPath, [main, ...args, '-c', join(installation.folder, 'config.yaml')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: programEnvironment(),
    });
    // The row is printed once the first batch is stored.
    const [line] = (await once(killed.stdout, 'data')) as [Buffer];
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(line.toString()).toContain('refused: addresses, row 1');
    const { code, printed } = await run(installation, args);
    const [, imported = '', unchanged = ''] = /(\d+) imported, (\d+) unchanged, 1 refused/.exec(printed) ?? [];
    expect(code).toBe(10);
    expect(Number(imported) + Number(unchanged)).toBe(2999);
    expect(Number(unchanged)).toBeGreaterThanOrEqual(199);
    expect((await run(installation, args)).printed).toContain('0 imported, 2999 unchanged, 1 refused');
  });
});

describe.skipIf(synapseMissing)(`the addresses of a real Synapse ${synapseMissing ?? ''}`, () => {
  it('log in at Gangway', { timeout: 60_000 }, async () => {
    const synapse = await startSynapse({ serverName: 'example.test' });
    try {
      const { mxid, password } = await synapse.register('alice');
      await synapse.addAddress(mxid, 'email', 'alice@mail.example.test');
      const installation = await installed({
        homeserver: { domain: 'example.test', address: synapse.url },
      });
      const args = ['import', 'synapse', '--from', `sqlite:${synapse.databasePath}`, '--apply'];
      expect(await run(installation, args)).toEqual({
        code: 0,
        printed: 'addresses: 1 imported, 0 unchanged, 0 refused, 0 left out\n',
      });
      await installation.start();
      const identifier = { type: 'm.id.thirdparty', medium: 'email', address: 'Alice@mail.example.test' };
      const login = { type: 'm.login.password', identifier, password };
      const { status, body } = await installation.request('POST', '/_matrix/client/v3/login', login);
      expect([status, body['user_id']]).toEqual([200, mxid]);
    } finally {
      await synapse.stop();
    }
  });
});

const madeBySydent = z.object({
  pepper: z.string(),
  keys: z.array(z.string()),
  public_key: z.string(),
  seed: z.string(),
});

describe.skipIf(sydent.missing)(`the database of a real Sydent ${sydent.missing ?? ''}`, () => {
  it('gives bindings, invites and the pepper, and its key signs the invites', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gangway-sydent-'));
    const bob = { medium: 'email', address: 'bob@example.test', mxid: '@bob:example.test' };
    const order = {
      folder,
      bindings: [{ medium: 'email', address: 'Alice@example.test', mxid: alice }, bob],
      unbound: [bob],
      invites: [{ address: 'carol@example.test', room_id: '!room:example.test', sender: alice, token: 'AbcDef' }],
    };
    const [printed] = await sydent.run(order);
    const { pepper, keys, public_key: publicKey, seed } = madeBySydent.parse(printed);
    const installation = await installed({
      identity: { enabled: true, public_url: 'https://id.example.test', server_name: 'id.example.test' },
      delivery: { email: [{ type: 'file', path: 'messages.jsonl' }] },
    });
    await writeFile(join(installation.folder, 'identity-signing.key'), `ed25519 0 ${seed}\n`, { mode: 0o600 });
    const from = `sqlite:${join(folder, 'sydent.db')}`;
    expect(await run(installation, ['import', 'sydent', '--from', from, '--keep-pepper', '--apply'])).toEqual({
      code: 0,
      printed: [
        'peppers: 1 imported, 0 unchanged, 0 refused, 0 left out',
        'bindings: 1 imported, 0 unchanged, 0 refused, 1 left out (deleted 1)',
        'invites: 1 imported, 0 unchanged, 0 refused, 0 left out',
        '',
      ].join('\n'),
    });
    await rm(folder, { recursive: true });
    const database = await installation.openDatabase();
    const stored = await database.transaction(async (tx) => ({
      binding: await tx.identityAssociations.find({ medium: 'email', address: 'alice@example.test' }),
      peppers: await tx.lookupHashes.listPeppers(),
    }));
    await database.close();
    const signed = JSON.parse(stored.binding?.signed ?? '{}') as Record<string, unknown>;
    expect(hasSignature(signed, 'id.example.test', 'ed25519:0', publicKey)).toBe(true);
    expect(stored.peppers.find(({ retiredAt }) => retiredAt === undefined)?.pepper).toBe(pepper);
    await installation.start();
    const isValid = async (path: string, key = '') =>
      (
        await installation.request(
          'GET',
          `/_matrix/identity/api/v1/pubkey/${path}?public_key=${encodeURIComponent(key)}`,
        )
      ).body['valid'];
    expect(await isValid('isvalid', publicKey)).toBe(true);
    expect(await isValid('ephemeral/isvalid', keys[0])).toBe(true);
  });
});
