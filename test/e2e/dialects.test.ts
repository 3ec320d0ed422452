import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { install, type Answer, type Installation } from '../support/daemon.js';
import { mustOpen, openSocket } from '../support/message-socket.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const stepIds = {
  phone: 'fi.mau.telegram.login.phone_number',
  code: 'fi.mau.telegram.login.code',
  password: 'fi.mau.telegram.login.password',
  qr: 'fi.mau.telegram.login.show_qr',
} as const;
const { password } = magicPasswords.password;

let sandbox: Sandbox;
let gangway: Installation;
/** Every QR code that was shown. */
const tokens: string[] = [];

beforeAll(async () => {
  sandbox = await startStrictSandbox();
  gangway = await install(sandbox);
  await gangway.start();
});
afterAll(async () => {
  await gangway.remove();
  await sandbox.stop();
});

const start = (flow: string, user: string) => gangway.call('POST', `/v3/login/start/${flow}?user_id=${user}`, {});

function step(begun: Answer, name: keyof typeof stepIds, user: string, value?: string): Promise<Answer> {
  const id = stepIds[name];
  const type = name === 'qr' ? 'display_and_wait' : 'user_input';
  const path = `/v3/login/step/${String(begun.body['login_id'])}/${id}/${type}?user_id=${user}`;
  return gangway.call('POST', path, value === undefined ? {} : { [id]: value });
}

/** Lets the account of the number scan the current QR code. */
function scan(link: string, phone: string): void {
  const token = new URL(link).searchParams.get('token') ?? expect.fail('no token');
  tokens.push(token);
  sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), phone);
}

function linkIn({ body }: Answer): string {
  return (body['display_and_wait'] as { readonly data: string }).data;
}

// These tests depend on each other: the last one checks the traces of the others.
describe('logins in spite of a killed daemon', { timeout: 60_000, shuffle: false }, () => {
  it('continue in version 3 with the code and the password', async () => {
    const alice = '@alice:example.test';
    const begun = await start('phone', alice);
    expect((await step(begun, 'phone', alice, '+9996621124')).body['step_id']).toBe(stepIds.code);
    await gangway.kill();
    await gangway.start();
    expect((await step(begun, 'code', alice, '22222')).body['step_id']).toBe(stepIds.password);
    await gangway.kill();
    await gangway.start();
    expect((await step(begun, 'password', alice, password)).body['type']).toBe('complete');
    // The last answer may have been lost with the daemon.
    await gangway.kill();
    await gangway.start();
    expect((await step(begun, 'password', alice, password)).body['type']).toBe('complete');
  });

  it('continue with a QR code, scanned at another data centre', async () => {
    const bob = '@bob:example.test';
    const begun = await start('qr', bob);
    await gangway.kill();
    await gangway.start();
    const waiting = step(begun, 'qr', bob);
    scan(linkIn(begun), '+9996630124');
    const next = await waiting;
    const done = next.body['type'] === 'complete' ? next : await step(begun, 'qr', bob);
    expect(done.body).toMatchObject({ type: 'complete' });
  });

  it('continue with the password after a QR code of version 1', async () => {
    const carol = '@carol:example.test';
    const { port } = new URL(gangway.url());
    const socket = await mustOpen(
      openSocket(Number(port), `/_matrix/provision/v1/user/${carol}/login/qr`, {
        protocols: ['net.maunium.telegram.login', `net.maunium.telegram.auth-${gangway.sharedSecret}`],
      }),
    );
    expect(socket.protocol).toBe('net.maunium.telegram.login');
    const { code } = (await socket.next()) as { readonly code: string };
    scan(code, '+9996611124');
    expect(await socket.next()).toEqual({ success: false, error: 'password-needed' });
    await gangway.kill();
    await gangway.start();
    const done = await gangway.call('POST', `/v1/user/${carol}/login/send_password`, { password });
    expect(done.body).toMatchObject({ state: 'logged-in', phone: '9996611124' });
  });

  it('leave no QR code, password or secret in the log or in clear on the disk', async () => {
    await gangway.stop();
    const places = { log: gangway.output(), disk: (await gangway.filesWritten()).toString('latin1') };
    expect(tokens).toHaveLength(2);
    expect(places.log).toContain('"level":"debug"');
    for (const [place, text] of Object.entries(places)) {
      for (const needle of [...tokens, 'tg://login', password, gangway.sharedSecret, '22222', '9996621124']) {
        expect(text.includes(needle), `${needle} in the ${place}`).toBe(false);
      }
    }
  });
});
