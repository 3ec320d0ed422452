import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type Installation } from '../support/daemon.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const alice = '@alice:example.test';
const token = (name: string) => `the-token-of-${name}-0123456789`;
const secrets = { old: '', new: 'a-new-shared-secret-0123456789' };

let sandbox: Sandbox;
let gangway: Installation;
/** How many lines about reloads were awaited. */
let reloads: number;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

beforeEach(async () => {
  gangway = await install(sandbox, {
    logging: { level: 'info' },
    admin: { tokens: [{ type: 'bearer', name: 'one', secret: token('one') }] },
    sessions: { consumers: [{ type: 'bearer', name: 'reader', secret: token('reader'), users: ['*'] }] },
  });
  secrets.old = gangway.sharedSecret;
  reloads = 0;
  await gangway.start();
});
afterEach(() => gangway.remove());

type Written = Record<string, Record<string, unknown>>;

/** Changes the file, sends SIGHUP, and returns the line that the daemon logs about it. */
async function reload(change: (config: Written) => void | string): Promise<Record<string, unknown>> {
  const file = join(gangway.folder, 'config.yaml');
  const config = parse(await readFile(file, 'utf8')) as Written;
  const text = change(config);
  await writeFile(file, text ?? JSON.stringify(config));
  return signal();
}

async function signal(): Promise<Record<string, unknown>> {
  process.kill(gangway.pid() ?? expect.unreachable('there is no daemon'), 'SIGHUP');
  const isReload = (line: string) => /"message":"configuration (not )?reloaded"/.test(line);
  reloads += 1;
  for (;;) {
    const lines = gangway.output().split('\n').filter(isReload);
    const line = lines[reloads - 1];
    if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const statusWith = async (secret: string) => (await gangway.call('GET', `/${alice}/get_me`, undefined, secret)).status;
const adminStatus = async (name: string) =>
  (await gangway.request('GET', '/_gangway/v1/admin/users', undefined, token(name))).status;
const sessionsStatus = async (name: string) =>
  (await gangway.request('GET', '/_gangway/v1/sessions', undefined, token(name))).status;

it('a reload changes permissions, secrets, tokens, limits and the log level of the running daemon', async () => {
  const pid = gangway.pid();
  const before = await statusWith(secrets.old);
  const line = await reload((config) => {
    config['bridge'] = { permissions: { 'elsewhere.test': 'user' } };
    config['provisioning'] = { ...config['provisioning'], shared_secret: secrets.new };
    config['admin'] = { tokens: [{ type: 'bearer', name: 'two', secret: token('two') }] };
    config['sessions'] = { consumers: [{ type: 'bearer', name: 'other', secret: token('other'), users: ['*'] }] };
    config['logging'] = { ...config['logging'], level: 'debug' };
    config['login'] = { attempts_per_user: { max: 1 } };
    config['http'] = { ...config['http'], max_connections: 500 };
  });
  expect(line).toMatchObject({
    message: 'configuration reloaded',
    reloaded: [
      'admin.tokens',
      'bridge.permissions',
      'logging.level',
      'login.attempts_per_user.max',
      'provisioning.shared_secret',
      'sessions.consumers',
    ],
    needRestart: ['http.max_connections'],
  });
  expect([before, await statusWith(secrets.old)]).toEqual([403, 401]);
  expect([await adminStatus('one'), await adminStatus('two')]).toEqual([401, 200]);
  expect([await sessionsStatus('reader'), await sessionsStatus('other')]).toEqual([401, 200]);
  const blocked = await gangway.call('POST', `/login/${alice}/request_code`, { phone: '+9996620123' }, secrets.new);
  expect(blocked.status).toBe(403);
  const bob = '@bob:elsewhere.test';
  const attempts: number[] = [];
  for (const phone of ['+9996620123', '+9996620124']) {
    attempts.push((await gangway.call('POST', `/login/${bob}/request_code`, { phone }, secrets.new)).status);
  }
  expect(attempts).toEqual([200, 429]);
  expect(gangway.pid()).toBe(pid);
  expect(gangway.output()).not.toContain(secrets.new);
  expect(await gangway.stop()).toBe(0);
});

it('an invalid file changes nothing, and the next valid one is applied', async () => {
  const file = join(gangway.folder, 'config.yaml');
  const original = await readFile(file, 'utf8');
  const invalid = await reload((config) => {
    config['provisioning'] = { ...config['provisioning'], shared_secret: 'short' };
    config['bridge'] = { permissions: { 'elsewhere.test': 'user' } };
  });
  expect(invalid).toMatchObject({
    level: 'error',
    message: 'configuration not reloaded',
    problems: [{ key: 'provisioning.shared_secret' }],
  });
  expect(await statusWith(secrets.old)).toBe(403);
  expect(await reload(() => ': no YAML {')).toMatchObject({ level: 'error' });
  expect(await statusWith(secrets.old)).toBe(403);
  await writeFile(file, original);
  const valid = await reload((config) => {
    config['provisioning'] = { ...config['provisioning'], shared_secret: secrets.new };
  });
  expect(valid).toMatchObject({ reloaded: ['provisioning.shared_secret'], needRestart: [] });
  expect([await statusWith(secrets.old), await statusWith(secrets.new)]).toEqual([401, 403]);
});

it('a reload without a change is logged as such, and two signals are two reloads', async () => {
  expect(await signal()).toMatchObject({ reloaded: [], needRestart: [] });
  expect(await signal()).toMatchObject({ reloaded: [], needRestart: [] });
  expect(await statusWith(secrets.old)).toBe(403);
});
