import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditActors, auditEvents } from '../../src/base/audit.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import type { ServingInstallation } from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const alice = '@alice:example.test';
const bob = '@bob:example.test';
const carol = '@carol:example.test';
const erin = '@erin:example.test';
const dave = '@dave:example.test';
const adminToken = 'a-secret-of-the-administrator';
const phone = '9996621123';
const plainPhone = '9996620345';
const matrixPassword = 'the password of alice';

let sandbox: Sandbox;
let gangway: ServingInstallation;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
  gangway = await installHere(sandbox, {
    admin: { tokens: [{ type: 'bearer', name: 'helpdesk', secret: adminToken }] },
    sessions: { consumers: [{ type: 'bearer', name: 'program', secret: 'a-secret-of-the-program', users: ['*'] }] },
    web: { enabled: true, public_url: 'http://localhost' },
  });
  await gangway.start();
});
afterAll(async () => {
  await gangway.remove();
  await sandbox.stop();
});

afterEach(async () => {
  for (const { audit, actor } of await entries()) {
    expect(auditEvents).toContain(audit);
    expect(auditActors).toContain(actor);
  }
  expect((await stat(auditFile())).mode & 0o777).toBe(0o600);
  const text = await readFile(auditFile(), 'utf8');
  for (const secret of [phone, plainPhone, matrixPassword, '31415', '22222', adminToken, gangway.sharedSecret]) {
    expect(text).not.toContain(secret);
  }
});

type Entry = Readonly<Record<string, unknown>>;

const auditFile = () => join(gangway.folder, 'audit.jsonl');

async function entries(): Promise<readonly Entry[]> {
  const lines = (await readFile(auditFile(), 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** Returns the entries that the work has caused. */
async function causedBy(work: () => Promise<unknown>): Promise<readonly Entry[]> {
  const before = (await entries()).length;
  await work();
  return (await entries()).slice(before);
}

const summary = ({ audit, actor, actor_id: id, subject, outcome, reason }: Entry) =>
  [audit, id === undefined ? actor : `${String(actor)} ${String(id)}`, subject, outcome, reason].filter(
    (value) => value !== undefined,
  );

const byService = (event: string, subject: string) => [event, 'shared_secret', subject, 'ok'];
const failed = (subject: string, reason: string) => ['login.failed', 'shared_secret', subject, 'failed', reason];

describe('the audit log', () => {
  it('has each step of a login to Telegram, with who requested it', async () => {
    const caused = await causedBy(async () => {
      await gangway.login(alice, 'request_code', { phone: `+${phone}` });
      await gangway.login(alice, 'send_code', { code: '31415' });
      await gangway.login(alice, 'send_code', { code: '22222' });
      await gangway.login(alice, 'send_password', { password: magicPasswords.password.password });
      await gangway.login(alice, 'request_code', { phone: `+${phone}` });
      await gangway.login('@eve:elsewhere.test', 'request_code', { phone: `+${phone}` });
    });
    expect(caused.map(summary)).toEqual([
      byService('login.started', alice),
      failed(alice, 'phone_code_invalid'),
      byService('login.succeeded', alice),
      failed(alice, 'already_logged_in'),
      failed('@eve:elsewhere.test', 'not_permitted'),
    ]);
    for (const entry of caused) {
      expect(entry).toEqual(
        expect.objectContaining({ request_id: expect.any(String), client_address: expect.any(String) }),
      );
    }
  });

  it('has sessions that Telegram has ended, and does not blame the client', async () => {
    await gangway.login(dave, 'request_code', { phone: `+${plainPhone}` });
    await gangway.login(dave, 'send_code', { code: '22222' });
    sandbox.control.revokeSessions(plainPhone, 'SESSION_REVOKED');
    const caused = await causedBy(() => gangway.getMe(dave));
    expect(caused.map(summary)).toEqual([['session.ended', 'gangway', dave, 'ok', 'revoked']]);
  });

  it('has the login processes of version 3, cancelled ones included', async () => {
    const caused = await causedBy(async () => {
      const started = await gangway.call('POST', `/v3/login/start/phone?user_id=${bob}`, {});
      const id = String(started.body['login_id']);
      await gangway.call('POST', `/v3/login/cancel/${id}?user_id=${bob}`, {});
    });
    expect(caused.map(summary)).toEqual([byService('login.started', bob), byService('login.cancelled', bob)]);
  });

  it('has the tokens of Matrix logins, failed ones, and logouts', async () => {
    await gangway.addUser(alice, matrixPassword);
    const path = '/_matrix/client/v3/login';
    const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: alice } };
    const caused = await causedBy(async () => {
      await gangway.request('POST', path, { ...login, password: 'a wrong password' });
      const { body } = await gangway.request('POST', path, { ...login, password: matrixPassword });
      await gangway.request('POST', '/_matrix/client/v3/logout', {}, String(body['access_token']));
    });
    expect(caused.map(summary)).toEqual([
      ['token.created', 'client', 'failed', 'wrong_credentials'],
      ['token.created', 'client', alice, 'ok'],
      ['token.revoked', 'client', alice, 'ok'],
    ]);
  });

  it('has the requests of administrators, reads included', async () => {
    const path = `/_gangway/v1/admin/users/${encodeURIComponent(erin)}`;
    const caused = await causedBy(async () => {
      await gangway.addUser(erin, 'the password of erin');
      await gangway.request('GET', path, undefined, adminToken);
      await gangway.request('POST', `${path}/deactivate`, {}, adminToken);
      await gangway.request('POST', '/_gangway/v1/admin/sessions/1/revoke', {}, adminToken);
      await gangway.request('POST', '/_gangway/v1/admin/processes/some-login/cancel', {}, adminToken);
      await gangway.request('POST', '/_gangway/v1/admin/processes/some%0Atext/cancel', {}, adminToken);
    });
    const byAdmin = (event: string, ...rest: readonly string[]) => [event, 'admin helpdesk', ...rest];
    expect(caused.map(summary)).toEqual([
      ['account.created', 'command_line', erin, 'ok'],
      byAdmin('admin.request', erin, 'ok'),
      byAdmin('account.deactivated', erin, 'ok'),
      byAdmin('admin.request', erin, 'ok'),
      byAdmin('admin.request', 'failed', 'session_unknown'),
      byAdmin('admin.request', 'failed', 'login_unknown'),
      byAdmin('admin.request', 'failed', 'login_unknown'),
    ]);
    expect(caused.slice(-3)).toMatchObject([
      { operation: 'revoke_session', telegram_user_id: '1' },
      { operation: 'cancel_process', login_id: 'some-login' },
      { operation: 'cancel_process' },
    ]);
    expect(caused.at(-1)).not.toHaveProperty('login_id');
  });

  it.each([
    ['admin', 'GET', '/_gangway/v1/admin/users'],
    ['provisioning', 'GET', '/_matrix/provision/v1/user/@alice:example.test'],
    ['provisioning', 'GET', '/_matrix/provision/v3/whoami'],
    ['sessions', 'POST', '/_gangway/v1/sessions/acquire'],
    ['links', 'POST', '/_gangway/v1/links'],
  ] as const)('records wrong secrets for the API %s (%s %s) once, without the secret', async (api, method, path) => {
    const wrong = `not-the-secret-of-${api}`;
    const caused = await causedBy(async () => {
      const request = () => gangway.request(method, path, method === 'GET' ? undefined : {}, wrong);
      for (const { status } of [await request(), await request(), await request()]) expect(status).toBe(401);
    });
    const found = caused.map(({ audit, api: of, client_network: network, attempts }) => [audit, of, network, attempts]);
    expect([[], [['credentials.rejected', api, '127.0.0.1', 1]]]).toContainEqual(found);
    const all = await entries();
    const about = all.filter(({ audit, api: of }) => audit === 'credentials.rejected' && of === api);
    expect(about).toHaveLength(1);
    expect(JSON.stringify(all)).not.toContain(wrong);
  });

  it('has the changes of commands', async () => {
    const caused = await causedBy(async () => {
      await gangway.addUser(carol, 'the password of carol');
      await gangway.command('user', 'deactivate', carol);
    });
    expect(caused.map(summary)).toEqual([
      ['account.created', 'command_line', carol, 'ok'],
      ['account.deactivated', 'command_line', carol, 'ok'],
    ]);
  });
});
