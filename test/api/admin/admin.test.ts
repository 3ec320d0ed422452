import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { adminToken, alice, bob, openAdminApi, type AdminApi } from '../../support/admin-api.js';
import { documentedErrors } from '../../support/documented-errors.js';
import { fillTables } from '../../support/filled-tables.js';
import type { TestServer } from '../../support/http-server.js';
import type { OpenLoginFixture } from '../../support/login-fixture.js';

const removed = '@mallory:elsewhere.org' as Mxid;
const phones = ['447400123501', '447400123502'];

let api: AdminApi;
let fixture: OpenLoginFixture;
let server: TestServer;

beforeEach(async () => {
  api = await openAdminApi();
  ({ fixture, server } = api);
});

afterEach(() => api.close());

async function call(path: string, body?: unknown, { as = adminToken, at = server } = {}) {
  const response = await fetch(`http://127.0.0.1:${at.port}/_gangway/v1/admin${path}`, {
    headers: { Authorization: `Bearer ${as}` },
    ...(body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function idsOf(path: string, list: string, key: string): Promise<unknown[]> {
  const { body } = await call(path);
  return (body[list] as Record<string, unknown>[]).map((item) => item[key]);
}

describe('the admin API', () => {
  it.each<[string, unknown[]]>([
    ['', [alice, bob]],
    ['?search=ALICE', [alice]],
    ['?search=example.org', [alice, bob]],
    ['?search=%25', []],
    ['?search=_lice', []],
    ['?search=%5C', []],
    ['?telegram_user_id=773502', [bob]],
    ['?telegram_user_id=773502&search=bob', [bob]],
    ['?telegram_user_id=773502&search=alice', []],
    ['?telegram_user_id=1', []],
    ['?limit=500', [alice, bob]],
  ])('lists the users of %s', async (query, expected) => {
    expect(await idsOf(`/users${query}`, 'users', 'user_id')).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['/users', 'users', 'user_id'],
    ['/sessions', 'sessions', 'telegram_user_id'],
    ['/processes', 'processes', 'login_id'],
    ['/hand_overs', 'hand_overs', 'telegram_user_id'],
  ])('returns each item of %s once, in pages', async (path, list, key) => {
    const whole = await idsOf(path, list, key);
    const paged: unknown[] = [];
    for (let from: string | undefined, count = 0; count < 50; count += 1) {
      const { body } = await call(`${path}?limit=1${from === undefined ? '' : `&from=${encodeURIComponent(from)}`}`);
      paged.push(...(body[list] as Record<string, unknown>[]).map((item) => item[key]));
      if (body['next_batch'] === undefined) break;
      from = String(body['next_batch']);
    }
    expect(whole.length).toBeGreaterThan(1);
    expect(paged).toEqual(whole);
  });

  it('shows what is stored about a user', async () => {
    const { status, body } = await call(`/users/${alice}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user_id: alice,
      account: { created_at: fixture.clock.now(), deactivated_at: null },
      devices: [{ device_id: 'PHONE', display_name: 'Phone' }],
      sessions: [{ telegram_user_id: '773501', held_by: 'gangway', name: 'Some', hand_over: { state: 'refused' } }],
      hand_overs: [{ telegram_user_id: '773501', state: 'refused', next_attempt_at: null }],
    });
    const processes = body['processes'] as { login_id: string; step: string }[];
    expect(new Map(processes.map(({ login_id: id, step }) => [id, step]))).toEqual(
      new Map([
        ['code-3501', 'code'],
        ['left-3501', 'ending'],
        ['phone-3501', 'phone'],
      ]),
    );
    const threepids = await call(`/users/${alice}/threepids`);
    expect(threepids.body['threepids']).toEqual(body['threepids']);
    expect(threepids.body['threepids']).toMatchObject([
      { medium: 'email', address: 'user3501@mail.test', use: 'account' },
      { medium: 'msisdn', address: '447400123501', use: 'account' },
      { medium: 'email', use: 'binding' },
      { medium: 'msisdn', use: 'binding' },
    ]);
  });

  it.each(['/users', '/sessions', '/sessions/773501', '/processes', '/hand_overs', `/users/${alice}`])(
    'returns no session at %s, and phone numbers only as 3PIDs',
    async (path) => {
      const { status, body } = await call(path);
      expect(status).toBe(200);
      const text = JSON.stringify({ ...body, threepids: [] });
      for (const phone of phones) expect(text).not.toContain(phone);
      expect(text).not.toContain('linked-session');
      expect(text).not.toContain('pending-session');
      expect(text).not.toContain('left-session');
    },
  );

  it('revokes a session, which is then ended at Telegram', async () => {
    const { database, clock } = fixture;
    expect(await call('/sessions/773501/revoke', {})).toEqual({ status: 200, body: { outcome: 'ended' } });
    expect((await call('/sessions/773501')).status).toBe(404);
    const due = await database.transaction((tx) => tx.loginProcesses.listExpired(clock.now(), 50));
    expect(due.map(({ id }) => id)).toContain('linked-3501');
  });

  it('cancels a login process of a user who may not log in any more', async () => {
    const { database, clock } = fixture;
    await database.transaction((tx) => fillTables(tx, { mxid: removed, tag: '3503', at: clock.now() }));
    expect(await call('/processes/phone-3503/cancel', '')).toEqual({ status: 200, body: {} });
    expect(await call('/processes/code-3503/cancel', '')).toEqual({ status: 200, body: {} });
    expect((await call('/processes/code-3503/cancel', '')).status).toBe(404);
    const left = (await call(`/users/${removed}`)).body['processes'] as { login_id: string }[];
    expect(left.map(({ login_id }) => login_id)).not.toContain('phone-3503');
  });

  it('starts a refused hand-over again', async () => {
    expect(await call('/hand_overs/773501/retry', '')).toEqual({ status: 200, body: {} });
    expect((await call('/sessions/773501')).body).toMatchObject({
      held_by: 'hand_over',
      hand_over: { state: 'pending', next_attempt_at: fixture.clock.now() },
    });
  });

  it('deactivates a user, and repeats it', async () => {
    expect(await call(`/users/${alice}/deactivate`, '')).toEqual({
      status: 200,
      body: { account: 'deactivated', sessions: 1 },
    });
    const { body } = await call(`/users/${alice}`);
    expect(body).toMatchObject({ account: { deactivated_at: fixture.clock.now() }, devices: [], sessions: [] });
    expect(body).toMatchObject({ threepids: [] });
    await fixture.clock.advance(1000);
    expect((await call(`/users/${alice}/deactivate`, '')).body).toEqual({ account: 'deactivated', sessions: 0 });
    expect((await call(`/users/${alice}`)).body['account']).toMatchObject({
      deactivated_at: fixture.clock.now() - 1000,
    });
  });

  it('ends what belongs to a user whose account is on the homeserver', async () => {
    const { database, clock } = fixture;
    await database.transaction((tx) => fillTables(tx, { mxid: removed, tag: '3503', at: clock.now() }));
    expect((await call(`/users/${removed}/deactivate`, '')).body).toEqual({ account: 'not_here', sessions: 1 });
    expect((await call(`/users/${removed}`)).body).toMatchObject({ account: null, sessions: [], threepids: [] });
  });

  const failures: readonly [string, string, unknown][] = [
    ['404 M_NOT_FOUND', '/users/@unknown:example.org', undefined],
    ['404 M_NOT_FOUND', '/users/@unknown:example.org/threepids', undefined],
    ['404 M_NOT_FOUND', '/users/@unknown:example.org/deactivate', ''],
    ['404 M_NOT_FOUND', '/sessions/1', undefined],
    ['404 M_NOT_FOUND', '/sessions/1/revoke', {}],
    ['404 M_NOT_FOUND', '/processes/none/cancel', ''],
    ['404 M_NOT_FOUND', '/processes/left-3501/cancel', ''],
    ['404 M_NOT_FOUND', '/hand_overs/1/retry', ''],
    ['404 M_UNRECOGNIZED', '/none', undefined],
    ['405 M_UNRECOGNIZED', '/users', {}],
    ['400 M_INVALID_PARAM', '/users/alice', undefined],
    ['400 M_INVALID_PARAM', '/users/%zz', undefined],
    ['400 M_INVALID_PARAM', '/users?limit=0', undefined],
    ['400 M_INVALID_PARAM', '/sessions?limit=501', undefined],
    ['400 M_INVALID_PARAM', '/processes?limit=1.5', undefined],
    ['400 M_INVALID_PARAM', '/hand_overs?limit=', undefined],
    ...['/users?from=%00', '/users?search=a%00b', '/users?telegram_user_id=%00', '/sessions?from=%00'].map(
      (path): [string, string, undefined] => ['400 M_INVALID_PARAM', path, undefined],
    ),
    ...['/processes?from=%00', '/hand_overs?from=%00', '/users/%00', '/sessions/%00'].map(
      (path): [string, string, undefined] => ['400 M_INVALID_PARAM', path, undefined],
    ),
    ['400 M_INVALID_PARAM', '/processes/%00/cancel', {}],
    ['400 M_INVALID_PARAM', '/hand_overs/%00/retry', {}],
    ['400 M_NOT_JSON', '/sessions/773501/revoke', '{'],
    ['400 M_BAD_JSON', '/sessions/773501/revoke', { without_bridge: 'yes' }],
  ];
  it.each(failures)('answers %s at %s, given %j', async (expected, path, body) => {
    const answer = await call(path, body);
    expect(`${answer.status} ${String(answer.body['errcode'])}`).toBe(expected);
    expect(answer.body['error']).toEqual(expect.any(String));
  });

  it('refuses to retry a hand-over without a bridge', async () => {
    const bridgeless = await api.serve(false);
    const answer = await call('/hand_overs/773501/retry', '', { at: bridgeless });
    await bridgeless.stop(1000);
    expect(answer.body['errcode']).toBe('GANGWAY.NO_BRIDGE');
    expect(documentedErrors('admin-v1')).toContain('409 GANGWAY.NO_BRIDGE');
  });

  it('limits wrong tokens by address, and still accepts the right one', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      statuses.push((await call('/users', undefined, { as: 'a wrong token of some length' })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await call('/users')).status).toBe(200);
  });

  it('documents each error that it answers', () => {
    const documented = documentedErrors('admin-v1');
    for (const [expected] of failures) {
      if (!expected.includes('M_UNRECOGNIZED')) expect(documented).toContain(expected);
    }
  });
});
