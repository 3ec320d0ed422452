import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import { checkBridge } from '../../src/bridge/check-bridge.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { bridgeAt, bridgeFaultOf, mxidOf } from '../support/bridge-calls.js';
import { install } from '../support/daemon.js';
import { makeBridgeSession } from '../support/made-session.js';
import { mautrixMissing, startMautrixTelegram, type MautrixTelegram } from '../support/mautrix-telegram.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

if (mautrixMissing !== undefined) console.warn(`Tests on the real bridge are skipped: ${mautrixMissing}.`);

const alice = mxidOf('@alice:example.test');
const bob = mxidOf('@bob:example.test');

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

  it('rejects another secret, and the check names the reason', async () => {
    expect(await problems('another-secret')).toEqual([
      expect.stringContaining('rejects bridge.upstream.shared_secret'),
    ]);
  });

  it('takes a session, and logs it out at Telegram', { timeout: 60_000 }, async () => {
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
    expect(await bridgeFaultOf(give())).toMatchObject({ kind: 'bridge_refused', isFinal: true });
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
});
