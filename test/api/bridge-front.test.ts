import { afterEach, describe, expect, it } from 'vitest';
import type { BridgeFailureDetails } from '../../src/bridge/failure.js';
import { mxidOf } from '../support/bridge-calls.js';
import { codeOf, numberOf } from '../support/magic-logins.js';
import { alice, bob, startProvisioning, type JsonReply, type Provisioning } from '../support/provisioning.js';
import { answerOf, codeAsked, make, stepIds } from './provisioning-v3/operations.js';
import { code, phones } from './provisioning-0.3.0/operations.js';
import { logIn } from './provisioning-v1/operations.js';

const id = phones.plain.slice(1);
let api: Provisioning;
afterEach(() => api.close());

async function start(handOver?: 'automatic' | 'on_request' | 'off'): Promise<void> {
  api = await startProvisioning({ fromTelegram: 'ask', ...(handOver === undefined ? {} : { handOver }) });
}

const v3 = (method: 'GET' | 'POST', path: string, body?: unknown): Promise<JsonReply> =>
  api.call(method, `/v3/${path}?user_id=${alice}`, body);
const loginsIn = ({ json }: JsonReply) => json['logins'] as Readonly<Record<string, unknown>>[];

/** Returns the answer to the last step of a login of Alice. */
const lastSteps = {
  async v3() {
    const begun = await codeAsked(api);
    const { json } = await make(api, answerOf(begun, stepIds.code, code));
    return { state: json['gangway.hand_over'], reason: json['gangway.hand_over_reason'], status: json['type'] };
  },
  async v1() {
    await api.call('POST', `/v1/user/${alice}/login/request_code`, { phone: phones.plain });
    const { json } = await api.call('POST', `/v1/user/${alice}/login/send_code`, { code });
    return { state: json['hand_over'], reason: json['hand_over_reason'], status: json['state'] };
  },
};
const done = { v3: 'complete', v1: 'logged-in' };

/** Creates a login at the bridge, as its bot does. */
async function logInAtBridge(): Promise<void> {
  const connection = await api.telegram.gateway.connect();
  const sent = await connection.sendCode(numberOf(id));
  await connection.signIn(numberOf(id), sent.phoneCodeHash, codeOf(id));
  const { session } = connection;
  await connection.destroy();
  await api.fakeBridge.logIn(mxidOf(alice), session);
}

describe.each(['v3', 'v1'] as const)('the answer to the last step of %s', (dialect) => {
  const refusal: BridgeFailureDetails = { kind: 'bridge_refused', message: 'AUTH_KEY_INVALID', isFinal: true };

  it('reports that the login was handed over', async () => {
    await start('automatic');
    expect(await lastSteps[dialect]()).toEqual({ status: done[dialect], state: 'handed_over', reason: undefined });
    expect(api.fakeBridge.logins.get(id)?.mxid).toBe(alice);
  });

  it('reports that the bridge has refused it, and the reason', async () => {
    await start('automatic');
    api.fakeBridge.fail('submitSession', refusal);
    expect(await lastSteps[dialect]()).toEqual({ status: done[dialect], state: 'refused', reason: 'AUTH_KEY_INVALID' });
  });

  it('reports that the bridge is still unreachable', async () => {
    await start('automatic');
    api.fakeBridge.fail('startHandOver', { kind: 'bridge_unreachable' });
    const reason = 'The bridge cannot be reached.';
    expect(await lastSteps[dialect]()).toEqual({ status: done[dialect], state: 'pending', reason });
  });

  it('offers a hand-over on request, and contains nothing about it if there is none', async () => {
    await start('on_request');
    expect(await lastSteps[dialect]()).toEqual({ status: done[dialect], state: 'offered', reason: undefined });
    await api.close();
    for (const handOver of ['off', undefined] as const) {
      await start(handOver);
      expect(await lastSteps[dialect]()).toEqual({ status: done[dialect], state: undefined, reason: undefined });
      if (handOver === 'off') await api.close();
    }
  });
});

it('contains nothing about the hand-over in version 0.3.0', async () => {
  await start('automatic');
  await api.call('POST', `/login/${alice}/request_code`, { phone: phones.plain });
  const { text } = await api.call('POST', `/login/${alice}/send_code`, { code });
  expect(text).not.toContain('hand_over');
  expect(text).toContain('"state":"logged-in"');
});

describe('a hand-over on request', () => {
  const requests = {
    v3: () => v3('POST', `login/hand_over/${id}`),
    v1: () => api.call('POST', `/v1/user/${alice}/hand_over`),
  };

  it.each(['v3', 'v1'] as const)('is made by %s, and can be repeated', async (dialect) => {
    await start('on_request');
    await logIn(api, alice);
    const member = dialect === 'v3' ? 'gangway.hand_over' : 'hand_over';
    api.fakeBridge.fail('submitSession', { kind: 'bridge_refused', message: 'SESSION_EXPIRED', isFinal: true });
    const refused = await requests[dialect]();
    expect(refused.json).toEqual({ [member]: 'refused', [`${member}_reason`]: 'SESSION_EXPIRED' });
    for (let time = 0; time < 2; time += 1) {
      const { status, json } = await requests[dialect]();
      expect([status, json]).toEqual([200, { [member]: 'handed_over' }]);
    }
    expect([...api.fakeBridge.logins.keys()]).toEqual([id]);
  });

  it('retries a pending one at once', async () => {
    await start('automatic');
    api.fakeBridge.fail('startHandOver', { kind: 'bridge_unreachable' });
    await logIn(api, alice);
    expect((await requests.v3()).json).toEqual({ 'gangway.hand_over': 'handed_over' });
  });
});

describe('whoami', () => {
  it('returns the bot, the prefix and the room of the bridge, and shows the login as the bridge does', async () => {
    await start('automatic');
    await logIn(api, alice);
    const reply = await v3('GET', 'whoami');
    expect(reply.json).toMatchObject({
      bridge_bot: '@telegrambot:example.org',
      command_prefix: '!tg',
      management_room: '!management:example.org',
    });
    const [atBridge] = (await api.fakeBridge.bridge.findUser(mxidOf(alice))).logins;
    expect(loginsIn(reply)).toEqual([
      { ...atBridge?.asWritten, 'gangway.add_phone': 'offered', 'gangway.hand_over': 'handed_over' },
    ]);
  });

  it('shows other states in the bridge’s words', async () => {
    await start('automatic');
    await logIn(api, alice);
    const login = api.fakeBridge.logins.get(id);
    if (!login) return expect.unreachable('it was not handed over');
    login.state = { condition: 'trouble', event: 'UNKNOWN_ERROR', timestamp: 7, error: 'tg-odd', message: 'Odd' };
    const state = { state_event: 'UNKNOWN_ERROR', timestamp: 7, error: 'tg-odd', message: 'Odd' };
    expect(loginsIn(await v3('GET', 'whoami'))).toMatchObject([{ id, state_event: 'UNKNOWN_ERROR', state }]);
  });

  it('shows a login of an unreachable bridge as disconnected', async () => {
    await start('automatic');
    await logIn(api, alice);
    api.fakeBridge.goDown();
    const reply = await v3('GET', 'whoami');
    const state = { state_event: 'TRANSIENT_DISCONNECT', error: 'gangway-bridge-unreachable' };
    expect(loginsIn(reply)).toMatchObject([{ id, state, 'gangway.hand_over': 'handed_over' }]);
    expect(reply.json).toMatchObject({ bridge_bot: '', command_prefix: '' });
  });

  it('shows which other program has the session', async () => {
    await start('on_request');
    await logIn(api, alice);
    for (const [from, to] of [
      ['gangway', 'lease'],
      ['lease', 'export'],
    ] as const) {
      await api.database.transaction(async (tx) => {
        const [account] = await tx.telegramAccounts.listByOwner(mxidOf(alice));
        const at = account?.updatedAt ?? 0;
        await tx.telegramAccounts.setHolder(account?.id ?? '', { from, to, session: null, at });
      });
      const [login] = loginsIn(await v3('GET', 'whoami'));
      expect(login).toMatchObject({ id, state_event: 'CONNECTED', 'gangway.held_by': to });
      expect(login).not.toHaveProperty(['gangway.hand_over']);
      const { json } = await api.call('GET', `/v1/user/${alice}`);
      expect(json).toMatchObject({ telegram: { id: Number(id), held_by: to } });
    }
  });

  it('shows a login that Telegram has ended until it is logged out', async () => {
    await start('automatic');
    await logIn(api, alice);
    const login = api.fakeBridge.logins.get(id);
    if (login) login.state = { condition: 'ended', event: 'BAD_CREDENTIALS', timestamp: 7 };
    await api.clock.advance(1000);
    for (let time = 0; time < 2; time += 1) {
      expect(loginsIn(await v3('GET', 'whoami'))).toMatchObject([{ id, state_event: 'BAD_CREDENTIALS' }]);
    }
    expect((await v3('GET', 'logins')).json).toEqual({ login_ids: [id] });
    expect((await api.call('GET', `/v1/user/${alice}`)).json).toMatchObject({ telegram: null });
    expect((await api.call('GET', `/${alice}/get_me`)).json).toMatchObject({ errcode: 'not_logged_in' });
    expect((await v3('POST', `logout/${id}`)).status).toBe(200);
    expect(api.fakeBridge.logins.size).toBe(0);
    expect(loginsIn(await v3('GET', 'whoami'))).toEqual([]);
  });

  it('shows an account once after it is logged in again', async () => {
    await start('automatic');
    await logIn(api, alice);
    const login = api.fakeBridge.logins.get(id);
    if (login) login.state = { condition: 'ended', event: 'BAD_CREDENTIALS', timestamp: 7 };
    await api.clock.advance(1000);
    const begun = await api.call('POST', `/v3/login/start/phone?user_id=${alice}&login_id=${id}`, {});
    await make(api, answerOf(begun, stepIds.phone, phones.plain));
    api.fakeBridge.fail('logOut', { kind: 'bridge_unreachable' });
    const { json } = await make(api, answerOf(begun, stepIds.code, code));
    expect(json).toMatchObject({ type: 'complete', 'gangway.hand_over': 'pending' });
    expect(loginsIn(await v3('GET', 'whoami'))).toMatchObject([{ id, 'gangway.hand_over': 'pending' }]);
  });
});

describe('a login that was made at the bridge', () => {
  it('is shown by every dialect', async () => {
    await start('automatic');
    await logInAtBridge();
    expect((await api.call('GET', `/${alice}/get_me`)).json).toMatchObject({ id, username: 'magic_2_0234' });
    expect((await api.call('GET', `/v1/user/${alice}`)).json).toMatchObject({ telegram: { id: Number(id) } });
    expect((await v3('GET', 'logins')).json).toEqual({ login_ids: [id] });
  });

  it.each([
    ['0.3.0', `/login/${alice}/request_code`],
    ['1', `/v1/user/${alice}/login/request_code`],
  ])('is already a login in version %s', async (_version, path) => {
    await start('automatic');
    await logInAtBridge();
    const { status, json } = await api.call('POST', path, { phone: phones.plain });
    expect([status, json['errcode']]).toEqual([409, 'already_logged_in']);
  });

  it('is already a login in version 3, and another user cannot take it', async () => {
    await start('automatic');
    await logInAtBridge();
    const again = await make(api, answerOf(await codeAsked(api), stepIds.code, code));
    expect(again.json['errcode']).toBe('FI.MAU.TELEGRAM.ALREADY_LOGGED_IN');
    await api.call('POST', `/v1/user/${bob}/login/request_code`, { phone: phones.plain });
    const other = await api.call('POST', `/v1/user/${bob}/login/send_code`, { code });
    expect(other.json['errcode']).toBe('telegram_account_taken');
    expect(api.fakeBridge.logins.get(id)?.mxid).toBe(alice);
  });

  it.each([
    ['version 1', `/v1/user/${alice}/logout`],
    ['version 3', `/v3/logout/${id}?user_id=${alice}`],
    ['version 3, of all', `/v3/logout/all?user_id=${alice}`],
  ])('is logged out by %s', async (_dialect, path) => {
    await start('automatic');
    await logInAtBridge();
    expect((await api.call('POST', path)).status).toBe(200);
    expect(api.fakeBridge.logins.size).toBe(0);
    expect(api.telegram.authorizations(id)).toBe(0);
  });

  it('validates its phone number', async () => {
    await start('automatic');
    await logInAtBridge();
    expect((await v3('POST', `login/add_phone/${id}`)).json).toMatchObject({ phone: phones.plain });
  });

  it('validates it until the bridge answers that Telegram has ended the login', async () => {
    await start('automatic');
    await logInAtBridge();
    await v3('POST', `login/add_phone/${id}`);
    const addresses = () => api.database.transaction((tx) => tx.accountAddresses.listByUser(mxidOf(alice)));
    api.fakeBridge.goDown();
    await api.check(alice);
    expect(await addresses()).toHaveLength(1);
    api.fakeBridge.comeUp();
    await api.check(alice);
    expect(await addresses()).toHaveLength(1);
    const login = api.fakeBridge.logins.get(id);
    if (login) login.state = { condition: 'ended', event: 'BAD_CREDENTIALS', timestamp: 7 };
    await api.clock.advance(1000);
    await api.check(alice);
    expect(await addresses()).toEqual([]);
  });
});

describe('users', () => {
  const friend = {
    id: '9996620235',
    name: 'Magic 0235',
    avatar_url: 'mxc://example.org/9996620235',
    identifiers: ['tel:+9996620235', 'telegram:magic_2_0235'],
    mxid: '@telegram_9996620235:example.org',
  };
  const found = { ...friend, identifiers: ['telegram:magic_2_0235'] };
  const room = '!dm9996620235:example.org';

  it('are answered as the bridge answers, in version 3', async () => {
    await start('automatic');
    await logIn(api, alice);
    expect((await v3('GET', 'contacts')).json).toEqual({ contacts: [friend] });
    expect((await v3('POST', 'search_users', { query: 'Magic' })).json).toEqual({ results: [friend] });
    expect((await v3('GET', 'resolve_identifier/magic_2_0235')).json).toEqual(found);
    for (const status of [201, 200]) {
      const made = await v3('POST', 'create_dm/magic_2_0235', {});
      expect([made.status, made.json]).toEqual([status, { ...found, dm_room_mxid: room }]);
    }
    expect((await v3('GET', 'resolve_identifier/magic_2_0235')).json).toEqual({ ...found, dm_room_mxid: room });
    const group = await v3('POST', 'create_group/group', { participants: [friend.id] });
    expect([group.status, group.json]).toEqual([200, { id: 'group:1', mxid: '!group:example.org' }]);
  });

  it('have rooms and pictures in version 1', async () => {
    await start('automatic');
    await logIn(api, alice);
    const info = { name: friend.name, username: 'magic_2_0235', is_bot: false, avatar_url: friend.avatar_url };
    const contacts = await api.call('GET', `/v1/user/${alice}/contacts`);
    expect(contacts.json).toEqual({ [friend.id]: { ...info, phone: '9996620235' } });
    const answer = { id: Number(friend.id), contact_info: { ...info, phone: null } };
    for (const [status, isNew] of [
      [201, true],
      [200, false],
    ] as const) {
      const made = await api.call('POST', `/v1/user/${alice}/pm/magic_2_0235`, {});
      expect([made.status, made.json]).toEqual([status, { room_id: room, just_created: isNew, ...answer }]);
    }
    const resolved = await api.call('GET', `/v1/user/${alice}/resolve_identifier/magic_2_0235`);
    expect(resolved.json).toEqual({ room_id: room, just_created: false, ...answer });
  });

  it('of a login that the bridge does not have are requested from Telegram, and get no rooms', async () => {
    await start('on_request');
    await logIn(api, alice);
    const { json } = await v3('GET', 'contacts');
    expect(json['contacts']).toMatchObject([{ id: friend.id }]);
    expect(JSON.stringify(json)).not.toContain('mxid');
    expect((await v3('POST', 'create_dm/magic_2_0235', {})).status).toBe(501);
    expect((await api.call('POST', `/v1/user/${alice}/pm/magic_2_0235`, {})).status).toBe(501);
  });
});

it.each([
  ['with a bridge', 'off', true],
  ['without a bridge', undefined, false],
] as const)('capabilities contain what the bridge supports: %s', async (_, handOver, hasBridge) => {
  await start(handOver);
  const { json } = await v3('GET', 'capabilities');
  expect(json).toMatchObject({ resolve_identifier: { create_dm: hasBridge } });
  expect(Object.keys(json['group_creation'] ?? {})).toEqual(hasBridge ? ['group'] : []);
});
