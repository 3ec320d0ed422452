import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type Installation } from '../support/daemon.js';
import { createPostgresDatabase, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { keyIdOf } from '../support/key-id.js';
import { startHttpListener, type HeardRequest, type HttpListener } from '../support/http-listener.js';
import { createSlowFault } from '../support/stand-in-bridge/faults.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/**
 * How often the daemon is killed on each database; more often only on request:
 * GANGWAY_TEST_KILLS=300.
 */
const kills = process.env['GANGWAY_TEST_KILLS'];
const alice = '@alice:example.test';
/** The longest duration of a hand-over here. */
const spanMs = 200;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

let standIn: StandInBridge;
let gangway: Installation;
let testDatabase: TestDatabase | undefined;
let receiver: HttpListener | undefined;
beforeEach(async () => {
  standIn = await startStandInBridge({ sandbox });
});
afterEach(async () => {
  await gangway.remove();
  await standIn.stop();
  await testDatabase?.remove();
  await receiver?.stop();
  testDatabase = receiver = undefined;
  sandbox.control.reset();
});

async function start(overrides: ConfigOverrides = {}): Promise<void> {
  gangway = await install(sandbox, {
    bridge: {
      permissions: { 'example.test': 'user' },
      upstream: { address: standIn.url, shared_secret: standIn.sharedSecret },
    },
    ...overrides,
  });
  await gangway.start();
}

async function logIn(phone: string): Promise<void> {
  await gangway.login(alice, 'request_code', { phone: `+${phone}` });
  const answer = await gangway.login(alice, 'send_code', { code: '22222' });
  expect(answer).toMatchObject({ status: 200, body: { state: 'logged-in' } });
}

/** The bridge has the login of alice, and its key is the only logged-in one at Telegram. */
async function expectHandedOver(): Promise<void> {
  await until(() => standIn.logins.size === 1);
  const [login] = [...standIn.logins.values()];
  expect(login?.mxid).toBe(alice);
  expect(sandbox.control.sessions().map(({ key }) => key)).toEqual([keyIdOf(login?.telegram.authKey ?? '')]);
  expect(sandbox.control.keys().filter(({ duplicated }) => duplicated)).toEqual([]);
}

describe('a login through the daemon', () => {
  it('is handed over to the bridge, which then answers for it', async () => {
    await start();
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

  it('is reported to webhooks, signed, with its hand-over and its end', async () => {
    const secret = 'Qw8-zRt5LmXc2VbN7kHy';
    const heard: HeardRequest[] = [];
    receiver = await startHttpListener((request, response) => {
      heard.push(request);
      response.writeHead(204).end();
    });
    await start({ sessions: { webhooks: [{ type: 'http', url: `${receiver.url}/events`, secret }] } });
    await logIn('9996620200');
    await expectHandedOver();
    const [[telegram_user_id] = []] = [...standIn.logins];
    await gangway.call('POST', `/v3/logout/all?user_id=${encodeURIComponent(alice)}`);
    await until(() => heard.length >= 3);
    const data = { user_id: alice, telegram_user_id };
    const events = heard.map(({ body }) => JSON.parse(body) as { type: string; data: object });
    expect(events.map(({ type, data: about }) => ({ type, data: about }))).toEqual([
      { type: 'login.completed', data: { ...data, is_bot: false } },
      { type: 'session.handed_over', data },
      { type: 'session.ended', data: { ...data, reason: 'logout' } },
    ]);
    for (const { body, headers } of heard) {
      const signed = createHmac('sha256', secret).update(`${String(headers['gangway-timestamp'])}.${body}`);
      expect(headers['gangway-signature']).toBe(`v1=${signed.digest('hex')}`);
    }
  });
});

const databases = [
  { name: 'SQLite', skip: false, times: Number(kills ?? 2), overrides: async () => ({}) },
  {
    name: 'PostgreSQL',
    skip: postgresMissing !== undefined,
    times: Number(kills ?? 1),
    async overrides() {
      testDatabase = await createPostgresDatabase();
      return { database: { uri: testDatabase.uri.reveal() } };
    },
  },
];

describe.each(databases)('a login through a daemon on $name', ({ skip, times, overrides }) => {
  beforeEach(async () => {
    await start(await overrides());
  });

  it.skipIf(skip)(
    `is handed over once although the daemon is killed in between, ${times} times`,
    { timeout: 60_000 + times * 10_000 },
    async () => {
      for (let time = 0; time < times; time += 1) {
        const phone = `99966202${String(time % 100).padStart(2, '0')}`;
        await logIn(phone);
        // Evenly over the time from the last step to the bridge's answer, and a little after.
        await new Promise((resolve) => setTimeout(resolve, (spanMs * (time + 0.5)) / times));
        await gangway.kill();
        await gangway.start();
        await expectHandedOver();
        await gangway.call('POST', `/v3/logout/all?user_id=${encodeURIComponent(alice)}`);
        await until(() => standIn.logins.size === 0 && sandbox.control.sessions().length === 0);
      }
    },
  );

  it.skipIf(skip)('is handed over once although the daemon is killed while the bridge is logging in', async () => {
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
