import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type ServingInstallation } from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const alice = '@alice:example.test';
const password = 'the password of alice';
const client = '/_matrix/client/v3';
const login = {
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: alice },
  password,
  refresh_token: true,
};
/** No server listens there. */
const elsewhere = 'http://127.0.0.1:9';

let sandbox: Sandbox;
const installations: Pick<ServingInstallation, 'remove'>[] = [];

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());
afterEach(() => Promise.all(installations.splice(0).map((each) => each.remove())));

/** A daemon in this process, unless it must be a process of its own. */
async function running(overrides?: ConfigOverrides): Promise<ServingInstallation> {
  return started(await installHere(sandbox, overrides));
}

async function started<Gangway extends ServingInstallation>(gangway: Gangway): Promise<Gangway> {
  installations.push(gangway);
  await gangway.start();
  return gangway;
}

describe('the account mode', () => {
  it.each([
    ['relay', { homeserver: { address: elsewhere } }],
    ['embedded', {}],
    ['off', { accounts: { mode: 'off' } }],
  ])('is logged at start: %s', async (mode, overrides) => {
    const gangway = await running(overrides);
    const lines = gangway.output().split('\n');
    const logged = lines.filter((line) => line.includes('"message":"matrix accounts"'));
    expect(logged.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'info', mode, domain: 'example.test' }),
    ]);
  });
});

describe('accounts.mode: off', () => {
  it.each(['alone', 'beside a homeserver'])(
    'answers every path of the login with 404 M_UNRECOGNIZED: %s',
    async (where) => {
      const homeserver = where === 'alone' ? {} : { address: elsewhere };
      const gangway = await running({ accounts: { mode: 'off' }, homeserver });
      const answers = await Promise.all([
        gangway.request('GET', `${client}/login`),
        gangway.request('POST', `${client}/login`, login),
        gangway.request('POST', '/_matrix/client/r0/login', login),
        gangway.request('POST', '/_matrix/client/unstable/login', login),
        gangway.request('GET', '/_matrix/client/api/v1/login'),
        gangway.request('POST', '/_matrix/client/api/v1/login', { username: 'alice', password }),
        gangway.request('POST', `${client}/refresh`, {}),
        gangway.request('POST', `${client}/logout`, {}),
        gangway.request('GET', `${client}/account/whoami`),
        gangway.request('POST', '/_matrix/client/v1/login/get_token', {}),
        gangway.request('GET', `${client}/account/3pid`),
        gangway.request('POST', `${client}/account/3pid/add`, {}),
        gangway.request('POST', '/_matrix/client/unstable/account/3pid/email/requestToken', {}),
        gangway.request('POST', '/_matrix/client/unstable/add_threepid/msisdn/submit_token', {}),
      ]);
      for (const { status, body, headers } of answers) {
        expect({ status, body }).toEqual({
          status: 404,
          body: { errcode: 'M_UNRECOGNIZED', error: expect.any(String) },
        });
        expect(headers.get('access-control-allow-origin')).toBe('*');
      }
      expect(await gangway.getMe(alice)).toMatchObject({ status: 403, body: { errcode: 'not_logged_in' } });
    },
  );
});

describe('an unreachable homeserver', () => {
  it('is reported to clients, and rejects no request with the shared secret', async () => {
    const gangway = await running({ homeserver: { address: elsewhere } });
    expect(await gangway.request('POST', `${client}/login`, login)).toMatchObject({ status: 503 });
    expect(await gangway.call('GET', `/${alice}/get_me`, undefined, 'some-token')).toMatchObject({
      status: 503,
      body: { errcode: 'homeserver_unreachable' },
    });
    expect(await gangway.getMe(alice)).toMatchObject({ status: 403, body: { errcode: 'not_logged_in' } });
  });
});

describe('accounts.well_known', () => {
  it('leads clients to the configured base URL', async () => {
    const gangway = await running({ accounts: { well_known: 'https://chat.example.test/' } });
    await gangway.addUser(alice, password);
    const { body } = await gangway.request('POST', `${client}/login`, login);
    expect(body['well_known']).toEqual({ 'm.homeserver': { base_url: 'https://chat.example.test' } });
  });
});

describe('accounts.limits', () => {
  it('are those of the configuration', async () => {
    const gangway = await running({ accounts: { limits: { per_address: { max: 2, window_seconds: 3600 } } } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      statuses.push((await gangway.request('POST', `${client}/login`, login)).status);
    }
    expect(statuses).toEqual([403, 403, 429]);
  });
});

describe('provisioning.allow_matrix_auth: false', () => {
  it('leaves the shared secret as the only authentication', async () => {
    const gangway = await running({ provisioning: { allow_matrix_auth: false } });
    await gangway.addUser(alice, password);
    const granted = await gangway.request('POST', `${client}/login`, login);
    expect(granted.status).toBe(200);
    const token = String(granted.body['access_token']);
    expect(await gangway.call('GET', `/${alice}/get_me`, undefined, token)).toMatchObject({
      status: 401,
      body: { errcode: 'shared_secret_invalid' },
    });
  });
});

describe('an OpenID token', () => {
  it.each([
    [{}, 401],
    [{ allow_openid_auth: true }, 200],
    [{ allow_matrix_auth: false, allow_openid_auth: true }, 200],
  ])('opens version 3 of the provisioning API only if it is allowed: %j', async (provisioning, expected) => {
    const gangway = await running({ provisioning });
    await gangway.addUser(alice, password);
    const { body: granted } = await gangway.request('POST', `${client}/login`, login);
    const path = `${client}/user/${encodeURIComponent(alice)}/openid/request_token`;
    const { body: openId } = await gangway.request('POST', path, {}, String(granted['access_token']));
    const answer = await gangway.call('GET', '/v3/whoami', undefined, `openid:${String(openId['access_token'])}`);
    expect(answer.status).toBe(expected);
  });
});

describe('killed', () => {
  it('between login and refresh, the daemon accepts all its tokens', async () => {
    const gangway = await started(await install(sandbox));
    await gangway.addUser(alice, password);
    const granted = await gangway.request('POST', `${client}/login`, login);
    expect(granted.status).toBe(200);
    await gangway.kill();
    await gangway.start();

    const refreshed = await gangway.request('POST', `${client}/refresh`, {
      refresh_token: granted.body['refresh_token'],
    });
    expect(refreshed.status).toBe(200);
    await gangway.kill();
    await gangway.start();

    const whoami = (token: unknown) => gangway.request('GET', `${client}/account/whoami`, undefined, String(token));
    expect(await whoami(refreshed.body['access_token'])).toMatchObject({
      status: 200,
      body: { user_id: alice, device_id: granted.body['device_id'] },
    });
    await gangway.kill();
    await gangway.start();
    const spent = await gangway.request('POST', `${client}/refresh`, { refresh_token: granted.body['refresh_token'] });
    expect(spent).toMatchObject({ status: 401, body: { errcode: 'M_UNKNOWN_TOKEN' } });
  });
});

describe('an account that is deactivated while the daemon runs', () => {
  it('is logged out everywhere, and cannot log in', async () => {
    const gangway = await started(await install(sandbox));
    const passwordFile = join(gangway.folder, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    expect(await gangway.command('user', 'add', alice, '--password-file', passwordFile)).toMatchObject({ code: 0 });
    const granted = await gangway.request('POST', `${client}/login`, login);
    const { code } = await gangway.command('user', 'deactivate', alice);
    expect(code).toBe(0);
    const token = String(granted.body['access_token']);
    expect(await gangway.request('GET', `${client}/account/whoami`, undefined, token)).toMatchObject({ status: 401 });
    expect(await gangway.call('GET', `/${alice}/get_me`, undefined, token)).toMatchObject({ status: 401 });
    expect(await gangway.request('POST', `${client}/login`, login)).toMatchObject({
      status: 403,
      body: { errcode: expect.stringMatching(/^M_(USER_DEACTIVATED|FORBIDDEN)$/) },
    });
  });
});
