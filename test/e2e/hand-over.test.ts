import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type Installation } from '../support/daemon.js';
import { createSlowFault } from '../support/stand-in-bridge/faults.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/** How often the daemon is killed; more than a few by hand only: GANGWAY_TEST_KILLS=300. */
const kills = Number(process.env['GANGWAY_TEST_KILLS'] ?? 4);
const alice = '@alice:example.test';
/** The longest that a hand-over takes here. */
const spanMs = 200;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

let standIn: StandInBridge;
let gangway: Installation;
beforeEach(async () => {
  standIn = await startStandInBridge({ sandbox });
  gangway = await install(sandbox, {
    bridge: {
      permissions: { 'example.test': 'user' },
      upstream: { address: standIn.url, shared_secret: standIn.sharedSecret },
    },
  });
  await gangway.start();
});
afterEach(async () => {
  await gangway.remove();
  await standIn.stop();
  sandbox.control.reset();
});

async function logIn(phone: string): Promise<void> {
  await gangway.login(alice, 'request_code', { phone: `+${phone}` });
  const answer = await gangway.login(alice, 'send_code', { code: '22222' });
  expect(answer).toMatchObject({ status: 200, body: { state: 'logged-in' } });
}

const keyName = (authKey: string) =>
  createHash('sha1').update(Buffer.from(authKey, 'base64')).digest().subarray(12, 20).reverse().toString('hex');

/** The bridge has the login of alice, and its key is the only one that is logged in at Telegram. */
async function expectHandedOver(): Promise<void> {
  await until(() => standIn.logins.size === 1);
  const [login] = [...standIn.logins.values()];
  expect(login?.mxid).toBe(alice);
  expect(sandbox.control.sessions().map(({ key }) => key)).toEqual([keyName(login?.telegram.authKey ?? '')]);
  expect(sandbox.control.keys().filter(({ duplicated }) => duplicated)).toEqual([]);
}

describe('a login through the daemon', () => {
  it('arrives at the bridge, which then answers for it', async () => {
    await logIn('9996620200');
    await expectHandedOver();
    expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: '9996620200' } });
    await standIn.goDown();
    expect(await gangway.getMe(alice)).toMatchObject({ status: 503, body: { errcode: 'bridge_unreachable' } });
    await standIn.comeUp();
    const [login] = [...standIn.logins.values()];
    if (login) login.state = { event: 'BAD_CREDENTIALS' };
    expect(await gangway.getMe(alice)).toMatchObject({ status: 403, body: { errcode: 'not_logged_in' } });
  });

  it(
    `arrives once although the daemon is killed in between, ${kills} times`,
    { timeout: 60_000 + kills * 10_000 },
    async () => {
      for (let time = 0; time < kills; time += 1) {
        const phone = `99966202${String(time % 100).padStart(2, '0')}`;
        await logIn(phone);
        // Evenly over the time from the last step to the bridge's answer, and a little after.
        await new Promise((resolve) => setTimeout(resolve, (spanMs * time) / kills));
        await gangway.kill();
        await gangway.start();
        await expectHandedOver();
        await gangway.call('POST', `/v3/logout/all?user_id=${encodeURIComponent(alice)}`);
        await until(() => standIn.logins.size === 0 && sandbox.control.sessions().length === 0);
      }
    },
  );

  it('arrives once although the daemon is killed while the bridge is logging in', async () => {
    const slow = createSlowFault();
    standIn.fail('step', slow.fault);
    await logIn('9996620299');
    await until(() => standIn.requests.some(({ point }) => point === 'step'));
    await gangway.kill();
    await gangway.start();
    slow.release();
    await expectHandedOver();
  });
});
