import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type Installation } from '../support/daemon.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

const alice = '@alice:example.test';
const phone = '+9996620123';
/** Telegram may take far longer than any test waits. */
const patient = { connection: { connect_timeout_seconds: 100, call_timeout_seconds: 100 } };

let sandbox: Sandbox;
let gangway: Installation;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await gangway.remove();
  sandbox.control.reset();
});

async function start(overrides: ConfigOverrides): Promise<void> {
  gangway = await install(sandbox, { telegram: patient, ...overrides });
  await gangway.start();
}

const wasAsked = (method: string) => () => sandbox.control.calls().some((call) => call.method === method);

it('a signal a second after the first ends the daemon at once, with any pending work', async () => {
  await start({ http: { shutdown_seconds: 100 } });
  await gangway.login(alice, 'request_code', { phone });
  sandbox.control.addFault({ kind: 'silent', method: 'auth.signIn' });
  const waiting = gangway.login(alice, 'send_code', { code: '22222' }).catch(() => 'cut off');
  await until(wasAsked('auth.signIn'));
  const first = gangway.stop();
  await until(() => gangway.output().includes('"message":"stopping"'));
  // Signals within the first second count as one. A third signal would kill the daemon while it
  // exits.
  const stoppingSince = performance.now();
  await until(() => performance.now() - stoppingSince > 1000);
  void gangway.stop();
  expect(await waiting).toBe('cut off');
  expect(await first).toBe(143);
  expect(gangway.output()).toContain('second signal');
});

it.each([
  ['a response', { kind: 'silent', method: 'auth.signIn' }],
  ['a connection', { kind: 'silent' }],
] as const)('a client that waits for %s past the stop deadline receives an error to retry', async (_, fault) => {
  await start({ http: { shutdown_seconds: 1 } });
  await gangway.login(alice, 'request_code', { phone });
  sandbox.control.addFault(fault);
  sandbox.control.cutConnections();
  const waiting = gangway.login(alice, 'send_code', { code: '22222' });
  if ('method' in fault) await until(wasAsked('auth.signIn'));
  else await gangway.getMe('@bob:example.test');
  expect(await gangway.stop()).toBe(0);
  expect(await waiting).toMatchObject({ status: 503, body: { errcode: 'telegram_unreachable', state: 'code' } });
});

it('a cleanup that waits for Telegram does not delay the exit', async () => {
  await start({});
  // The login of the first number ends with the second, and its session is to be ended.
  await gangway.login(alice, 'request_code', { phone });
  await gangway.login(alice, 'request_code', { phone: '+9996620124' });
  await gangway.kill();
  sandbox.control.addFault({ kind: 'silent', method: 'auth.logOut' });
  await gangway.start();
  await until(wasAsked('auth.logOut'));
  expect(await gangway.stop()).toBe(0);
});

it('writes each access line before it ends', async () => {
  await start({});
  const sent: string[] = [];
  for (let index = 0; index < 50; index += 1) {
    const { headers } = await gangway.request('GET', '/_matrix/client/v3/login');
    sent.push(String(headers.get('x-request-id')));
  }
  expect(await gangway.stop()).toBe(0);
  const lines = gangway
    .output()
    .split('\n')
    .filter((line) => line.includes('"route":"/_matrix/client/v3/login"'));
  expect(lines.map((line) => JSON.parse(line).requestId)).toEqual(sent);
});
