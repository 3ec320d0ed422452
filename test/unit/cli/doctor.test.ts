import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import { openTestDatabase } from '../../support/database.js';
import { freePort } from '../../support/free-port.js';
import { startMailServer, type MailServer } from '../../support/mail-server.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';
import { startStandInBridge, type StandInBridge } from '../../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../../support/strict-sandbox.js';
import { apiHash, encryptionKey, otherKey, sharedSecret, written } from '../config/written-config.js';

const domain = 'matrix.test';
const adminToken = 'syt_the-token-of-an-administrator-of-the-test';
const mailPassword = 'the password of the mail user';

/** What the homeserver of a test answers. */
interface Homeserver {
  serverName: string;
  whoAmIStatus: number;
  ownerStatus: number;
  clockMs: number;
}

let sandbox: Sandbox;
let bridge: StandInBridge;
let mail: MailServer;
let homeserver: Server;
let answers: Homeserver;
let workspace: CliWorkspace;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
  bridge = await startStandInBridge({ sandbox, homeserver: domain });
  mail = await startMailServer({
    authOptional: false,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) =>
      password === mailPassword ? done(null, { user: 'gangway' }) : done(new Error('Invalid login')),
  });
  homeserver = createServer(({ url = '' }, response) => {
    const send = (status: number, body: object) => {
      response.writeHead(status, { Date: new Date(Date.now() + answers.clockMs).toUTCString() });
      response.end(JSON.stringify(body));
    };
    if (url === '/_matrix/client/versions') return send(200, { versions: ['v1.11'] });
    if (url === '/_matrix/key/v2/server') return send(200, { server_name: answers.serverName });
    if (url.endsWith('/whoami')) return send(answers.whoAmIStatus, { user_id: `@admin:${domain}` });
    return send(answers.ownerStatus, {});
  }).listen(0, '127.0.0.1');
  await once(homeserver, 'listening');
});
afterAll(async () => {
  homeserver.close();
  await Promise.all([mail.stop(), bridge.stop()]);
  await sandbox.stop();
});
beforeEach(() => {
  workspace = createWorkplace();
  answers = { serverName: domain, whoAmIStatus: 200, ownerStatus: 404, clockMs: 0 };
});
afterEach(() => {
  workspace.remove();
  sandbox.control.reset();
});

type Changes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Result {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly advice?: string;
}

const smtp = (changes: object = {}) => ({
  email: [
    {
      type: 'smtp',
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      user: 'gangway',
      password: mailPassword,
      from: 'id@matrix.test',
      ...changes,
    },
  ],
});

/** Runs the command on an installation of which everything is right except for the changes. */
async function doctor(changes: Changes = {}) {
  const address = `http://127.0.0.1:${(homeserver.address() as AddressInfo).port}`;
  const upstream = { address: bridge.url, shared_secret: bridge.sharedSecret };
  const right: Changes = {
    homeserver: { domain, address, admin_access_token: adminToken },
    accounts: { mode: 'relay', public_url: 'https://id.matrix.test' },
    http: { port: await freePort() },
    telegram: {
      engine: 'mtcute',
      data_centres: sandbox.dataCentres,
      public_keys: ['sandbox.pem'],
      connection: { connect_timeout_seconds: 10, call_timeout_seconds: 8 },
    },
    bridge: { permissions: { [domain]: 'user' }, upstream },
    delivery: smtp(),
  };
  const sections = [...new Set([...Object.keys(right), ...Object.keys(changes)])];
  const all = Object.fromEntries(sections.map((name) => [name, { ...right[name], ...changes[name] }]));
  writeFileSync(join(workspace.folder, 'sandbox.pem'), sandbox.publicKeyPem);
  writeFileSync(join(workspace.folder, 'config.yaml'), written(all), { mode: 0o600 });
  const { code, out, err } = await workspace.run(['doctor', '--json']);
  const secrets = [sharedSecret, encryptionKey, otherKey, apiHash, adminToken, mailPassword, bridge.sharedSecret];
  for (const secret of secrets) expect(out + err).not.toContain(secret);
  const { ok, results } = JSON.parse(out) as { readonly ok: boolean; readonly results: readonly Result[] };
  expect(ok).toBe(code === 0);
  const of = (status: string) => results.filter((result) => result.status === status);
  return { code, results, failed: of('failed'), warnings: of('warning') };
}

const rejectToken = (code: number, message: string) =>
  sandbox.control.addFault({ kind: 'rpc_error', code, message, method: 'auth.exportLoginToken', times: 1 });

const createDatabase = async () => {
  const uri = new Secret(`sqlite:${join(workspace.folder, 'gangway.db')}`);
  await (await openTestDatabase({ uri, encryption: { key: new Secret(encryptionKey), oldKeys: [] } })).close();
};

describe('gangway doctor', () => {
  it('finds nothing wrong with an installation that works', { timeout: 30_000 }, async () => {
    await createDatabase();
    chmodSync(join(workspace.folder, 'gangway.db'), 0o600);
    const { code, results } = await doctor();
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(code).toBe(0);
    const checks = ['bridge', 'clock', 'config', 'database', 'encryption', 'files', 'homeserver', 'mail'];
    expect([...new Set(results.map(({ check }) => check))].toSorted()).toEqual([
      ...checks,
      'permissions',
      'ports',
      'telegram',
    ]);
    expect(results.find(({ check }) => check === 'database')?.message).toMatch(
      /^SQLite 3\..*all migrations are applied/,
    );
    expect(mail.taken).toEqual([]);
  });

  it('migrates and creates nothing', { timeout: 30_000 }, async () => {
    const { results } = await doctor();
    expect(results.find(({ check }) => check === 'database')?.message).toContain('does not exist yet');
    expect((await doctor()).results.find(({ check }) => check === 'database')?.message).toContain('does not exist yet');
  });

  const rows: readonly [string, () => Promise<Changes>, string, RegExp][] = [
    [
      'a stopped homeserver',
      async () => ({ homeserver: { address: `http://127.0.0.1:${await freePort()}` } }),
      'homeserver',
      /cannot be reached: ECONNREFUSED/,
    ],
    [
      'another server name',
      async () => {
        answers.serverName = 'other.test';
        return {};
      },
      'homeserver',
      /server name is "other.test"/,
    ],
    [
      'a token that has expired',
      async () => {
        answers.whoAmIStatus = 401;
        return {};
      },
      'homeserver',
      /does not accept homeserver.admin_access_token \(status 401\)/,
    ],
    [
      'the token of a user',
      async () => {
        answers.ownerStatus = 403;
        return {};
      },
      'homeserver',
      /no administrator/,
    ],
    [
      'a clock that is a minute late',
      async () => {
        answers.clockMs = 60_000;
        return {};
      },
      'clock',
      /differs from the homeserver by (59|60|61) seconds/,
    ],
    [
      'a bridge with another secret',
      async () => ({
        bridge: { upstream: { address: bridge.url, shared_secret: 'the-secret-of-another-bridge' } },
      }),
      'bridge',
      /rejects bridge.upstream.shared_secret/,
    ],
    [
      'a wrong password for the mail server',
      async () => ({ delivery: smtp({ password: 'another password' }) }),
      'mail',
      /EAUTH.*Check user and password/s,
    ],
    [
      'a stopped mail server',
      async () => ({ delivery: smtp({ port: await freePort() }) }),
      'mail',
      /ECONNREFUSED.*Check host and port/s,
    ],
    [
      'an API ID that Telegram rejects',
      async () => {
        rejectToken(400, 'API_ID_INVALID');
        return {};
      },
      'telegram',
      /rejects telegram.api_id or telegram.api_hash/,
    ],
    [
      'an engine that Telegram rejects as too old',
      async () => {
        rejectToken(406, 'UPDATE_APP_TO_LOGIN');
        return {};
      },
      'telegram',
      /too old \(telegram.engine\).*update Gangway/s,
    ],
    [
      'a Telegram that is unreachable',
      async () => ({
        telegram: { data_centres: sandbox.dataCentres.map((centre) => ({ ...centre, port: 9 })) },
      }),
      'telegram',
      /cannot be reached.*ports 443, 80 and 5222/s,
    ],
    [
      'another encryption key',
      async () => {
        await createDatabase();
        return { encryption: { key: otherKey } };
      },
      'encryption',
      /encrypted/,
    ],
    [
      'a database server that is not there',
      async () => ({ database: { uri: `postgres://gangway:pw@127.0.0.1:${await freePort()}/gangway` } }),
      'database',
      /127\.0\.0\.1/,
    ],
    [
      'a folder of the database that is missing',
      async () => ({ database: { uri: 'sqlite:missing/gangway.db' } }),
      'files',
      /The folder \S+missing does not exist.*Create it/s,
    ],
    [
      'a folder of the audit log that is missing',
      async () => ({ logging: { audit: { output: 'file', file: 'missing/audit.jsonl' } } }),
      'files',
      /The folder \S+missing does not exist/,
    ],
    [
      'a port that another program uses',
      async () => ({ http: { port: mail.port } }),
      'ports',
      /Another program listens on/,
    ],
  ];

  it.each(rows)('fails, with advice: %s', { timeout: 30_000 }, async (_what, prepare, check, text) => {
    const { code, failed } = await doctor(await prepare());
    expect(failed.map((result) => result.check)).toEqual([check]);
    expect(failed.map(({ message, advice = '' }) => `${message} ${advice}`).join()).toMatch(text);
    expect(code).toBe(1);
  });

  it('warns of files that others can read and of open permissions, and succeeds', { timeout: 30_000 }, async () => {
    await createDatabase();
    chmodSync(join(workspace.folder, 'gangway.db'), 0o644);
    const { code, warnings } = await doctor({ bridge: { permissions: { '*': 'user' } } });
    expect(warnings.map(({ check }) => check)).toEqual(['permissions', 'files']);
    expect(warnings.map(({ advice }) => advice).join()).toContain(`chmod 600 ${join(workspace.folder, 'gangway.db')}`);
    expect(code).toBe(0);
  });

  it('only lists the problems of a configuration that is not valid', async () => {
    const { code, results } = await doctor({ telegram: { api_id: 'none' } });
    expect(results.map(({ check, status }) => [check, status])).toEqual([['config', 'failed']]);
    expect(code).toBe(1);
  });

  it('prints one line for each result, and the advice below it', async () => {
    writeFileSync(join(workspace.folder, 'config.yaml'), 'homeserver: {domain: matrix.test}\n', { mode: 0o600 });
    const { code, out } = await workspace.run(['doctor']);
    expect(code).toBe(1);
    expect(out).toMatch(/^failed {3}config {7}\S/);
    expect(out).toMatch(/\n\d+ failed, 0 warnings\.\n$/);
  });
});
