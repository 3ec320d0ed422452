import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import { checkBridge } from '../../src/bridge/check-bridge.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { bridgeAt, bridgeFailureOf, mxidOf } from '../support/bridge-calls.js';
import { install, type Installation } from '../support/daemon.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { tokenOf } from '../support/magic-logins.js';
import { mustOpen, openSocket } from '../support/message-socket.js';
import { makeBridgeSession } from '../support/made-session.js';
import { mautrixMissing, startMautrixTelegram, type MautrixTelegram } from '../support/mautrix-telegram.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

if (mautrixMissing !== undefined) console.warn(`Tests on the real bridge are skipped: ${mautrixMissing}.`);

const alice = mxidOf('@alice:example.test');
const bob = mxidOf('@bob:example.test');
const frank = mxidOf('@frank:example.test');
const [carol, dave, erin] = ['@carol:example.test', '@dave:example.test', '@erin:example.test'] as const;

describe.skipIf(mautrixMissing !== undefined)('an unmodified mautrix-telegram', () => {
  let sandbox: Sandbox;
  let mautrix: MautrixTelegram;
  beforeAll(async () => {
    sandbox = await startStrictSandbox();
    mautrix = await startMautrixTelegram(sandbox);
    await vi.waitUntil(async () => (await problems()).length === 0, { timeout: 60_000, interval: 250 });
  }, 90_000);
  afterAll(async () => {
    await mautrix.stop();
    await sandbox.stop();
  });

  const problems = (secret = mautrix.sharedSecret) =>
    checkBridge({
      address: mautrix.url,
      sharedSecret: new Secret(secret),
      homeserver: 'example.test',
      users: [alice],
      clock: systemClock,
    });

  it('rejects another secret, and the check reports the reason', async () => {
    expect(await problems('another-secret')).toEqual([
      expect.stringContaining('rejects bridge.upstream.shared_secret'),
    ]);
  });

  it('accepts a session, and logs it out at Telegram', { timeout: 60_000 }, async () => {
    const bridge = bridgeAt(mautrix);
    const session = await makeBridgeSession(sandbox, '+9996620123');
    const give = async () => bridge.submitSession(bob, await bridge.startHandOver(bob), session);
    expect(await give()).toBe('700020123');
    await vi.waitUntil(async () => (await bridge.findUser(bob)).logins[0]?.state.event === 'CONNECTED', {
      timeout: 30_000,
      interval: 250,
    });
    await vi.waitUntil(async () => (await bridge.contacts(bob, '700020123')).length > 0, { timeout: 30_000 });
    await bridge.logOut(bob, '700020123');
    expect((await bridge.findUser(bob)).logins).toEqual([]);
    expect(await bridgeFailureOf(give())).toMatchObject({ kind: 'bridge_refused', isFinal: true });
  });

  it('continues a login that was made through the daemon', { timeout: 90_000 }, async () => {
    const upstream = { address: mautrix.url, shared_secret: mautrix.sharedSecret, wait_seconds: 30 };
    const installation = await install(sandbox, { bridge: { upstream } });
    try {
      await installation.start();
      const asked = await installation.login(alice, 'request_code', { phone: '+9996620456' });
      expect(asked.status).toBe(200);
      expect((await installation.login(alice, 'send_code', { code: '22222' })).status).toBe(200);
      await installation.line('login handed over');
      const { logins } = await bridgeAt(mautrix).findUser(alice);
      expect(logins.map(({ id }) => id)).toEqual(['700020456']);
      const me = await installation.getMe(alice);
      expect({ status: me.status, body: me.body }).toMatchObject({ status: 200, body: { id: '700020456' } });
      expect(await installation.stop()).toBe(0);
    } finally {
      await installation.remove();
    }
  });

  it('keeps the logins that a new daemon imports, with one connection on the key', { timeout: 90_000 }, async () => {
    const bridge = bridgeAt(mautrix);
    const session = await makeBridgeSession(sandbox, '+9996620234');
    await bridge.submitSession(frank, await bridge.startHandOver(frank), session);
    const conditionAtBridge = async () =>
      (await bridge.findUser(frank)).logins.map(({ id, state }) => [id, state.event]);
    const connected = [['700020234', 'CONNECTED']];
    await vi.waitFor(async () => expect(await conditionAtBridge()).toEqual(connected), 30_000);
    const upstream = { address: mautrix.url, shared_secret: mautrix.sharedSecret, wait_seconds: 30 };
    const installation = await install(sandbox, { bridge: { upstream } });
    try {
      const source = ['--from', `sqlite:${mautrix.databaseFile}`, '--held-by', 'bridge'];
      const imported = await installation.command('import', 'mautrix-telegram', ...source, '--apply');
      expect(imported).toMatchObject({ printed: expect.stringMatching(/logins: \d+ imported, 0 unchanged/) });
      await installation.start();
      const me = await installation.getMe(frank);
      expect({ status: me.status, body: me.body }).toMatchObject({ status: 200, body: { id: '700020234' } });
      const whoami = await installation.call('GET', `/v3/whoami?user_id=${frank}`);
      expect(whoami.body).toMatchObject({ logins: [{ id: '700020234', state: { state_event: 'CONNECTED' } }] });
      // Telegram would have ended the session if Gangway had connected with it.
      expect(await conditionAtBridge()).toEqual(connected);
      const again = await installation.login('@grace:example.test', 'request_code', { phone: '+9996620234' });
      expect(again.status).toBe(200);
      const taken = await installation.login('@grace:example.test', 'send_code', { code: '22222' });
      expect(taken.status).not.toBe(200);
      expect((await installation.call('POST', `/v1/user/${frank}/logout`, {})).status).toBe(200);
      expect(await conditionAtBridge()).toEqual([]);
      expect(await installation.stop()).toBe(0);
    } finally {
      await installation.remove();
    }
  });

  describe('beside a daemon', { timeout: 90_000, shuffle: false }, () => {
    let gangway: Installation;
    const id = '700021125';
    beforeAll(async () => {
      const upstream = { address: mautrix.url, shared_secret: mautrix.sharedSecret, wait_seconds: 30 };
      gangway = await install(sandbox, { bridge: { upstream } });
      await gangway.start();
    });
    afterAll(() => gangway.remove());

    const v1 = (user: string, path: string, body: unknown = {}) =>
      gangway.call('POST', `/v1/user/${user}${path}`, body);
    const v3 = (path: string, body?: unknown) =>
      gangway.call(body === undefined ? 'GET' : 'POST', `/v3/${path}?user_id=${carol}`, body);
    const atBridge = async (user: string) => {
      const { logins } = await bridgeAt(mautrix).findUser(mxidOf(user));
      return logins.map(({ id: loginId, state }) => [loginId, state.condition]);
    };

    it('continues a login of version 1 with code and password', async () => {
      expect((await v1(carol, '/login/request_code', { phone: '+9996621125' })).status).toBe(200);
      expect((await v1(carol, '/login/send_code', { code: '22222' })).status).toBe(202);
      const done = await v1(carol, '/login/send_password', { password: magicPasswords.password.password });
      expect(done).toMatchObject({ status: 200, body: { state: 'logged-in', hand_over: 'handed_over' } });
      expect(await atBridge(carol)).toEqual([[id, 'working']]);
    });

    it('continues a bot of version 1', async () => {
      const done = await v1(dave, '/login/bot_token', { token: tokenOf('2000020321').reveal() });
      expect(done).toMatchObject({ status: 200, body: { state: 'logged-in', hand_over: 'handed_over' } });
      expect(await atBridge(dave)).toEqual([['2000020321', 'working']]);
      expect((await gangway.call('GET', `/v1/user/${dave}/chats`)).text).toBe('[]');
    });

    it('continues a login of version 1 by QR code', async () => {
      const socket = await mustOpen(
        openSocket(Number(new URL(gangway.url()).port), `/_matrix/provision/v1/user/${erin}/login/qr`, {
          protocols: ['net.maunium.telegram.login', `net.maunium.telegram.auth-${gangway.sharedSecret}`],
        }),
      );
      const { code } = (await socket.next()) as { readonly code: string };
      const token = new URL(code).searchParams.get('token') ?? expect.fail('no token');
      sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), '+9996620789');
      expect(await socket.next()).toMatchObject({ success: true, hand_over: 'handed_over' });
      expect(await atBridge(erin)).toEqual([['700020789', 'working']]);
    });

    it('rejects requests with errors that version 3 repeats', async () => {
      const direct = async (path: string, body?: unknown) => {
        const response = await fetch(`${mautrix.url}/_matrix/provision/v3/${path}?user_id=${carol}&login_id=${id}`, {
          method: body === undefined ? 'GET' : 'POST',
          headers: { authorization: `Bearer ${mautrix.sharedSecret}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: await response.json() };
      };
      const rejected = [
        ['create_group/group', {}, 400],
        ['create_group/group', { participants: ['700020124'] }, 400],
        ['create_group/group', { participants: 'x' }, 400],
        ['create_group/party', {}, 404],
        ['backfill/!room:example.test', {}, 404],
        ['resolve_media/$event', {}, 404],
      ] as const;
      for (const [path, body, status] of rejected) {
        const { status: answered, body: words } = await v3(path, body);
        expect({ path, body: words }).toEqual({ path, body: (await direct(path, body)).body });
        expect({ path, status: answered }).toEqual({ path, status });
      }
    });

    it.each(['x', '700020999', '@telegram_1:example.test'])(
      'creates no group with the participant %s',
      async (participant) => {
        const answer = await v3('create_group/group', { participants: [participant], name: { name: 'The group' } });
        expect([answer.status, answer.text]).toEqual([
          404,
          '{"errcode":"M_NOT_FOUND","error":"No Telegram user has this identifier"}',
        ]);
      },
    );

    it('exports no sessions', async () => {
      const response = await fetch(`${mautrix.url}/_matrix/provision/v3/session_transfer/init?user_id=${carol}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${mautrix.sharedSecret}` },
        body: JSON.stringify({ remote_id: id }),
      });
      expect([response.status, await response.json()]).toEqual([
        404,
        { errcode: 'M_UNRECOGNIZED', error: 'This bridge does not support exporting credentials' },
      ]);
    });

    it('supports the rest of version 1: contacts, a chat, no list of chats, and logout', async () => {
      const contacts = await gangway.call('GET', `/v1/user/${carol}/contacts`);
      expect(contacts.status).toBe(200);
      const chats = await gangway.call('GET', `/v1/user/${carol}/chats`);
      expect([chats.status, chats.body['errcode']]).toEqual([501, 'chats_unavailable']);
      expect((await v3('image_pack/list')).text).toBe('[]');
      expect((await v1(carol, '/logout')).status).toBe(200);
      expect(await atBridge(carol)).toEqual([]);
    });
  });
});
