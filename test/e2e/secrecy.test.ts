import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { install, type Answer, type Installation } from '../support/daemon.js';

const alice = '@alice:example.test';
const bob = '@bob:example.test';
const withPassword = '9996621123';
const magicPassword = magicPasswords.password.password;
const magicBotToken = `2000020007:${magicBotSecret}`;

let sandbox: Sandbox;
let gangway: Installation;

beforeAll(async () => {
  sandbox = await startSandbox({ clock: systemClock, random: systemRandom });
  gangway = await install(sandbox);
  await gangway.start();
});
afterAll(async () => {
  await gangway.remove();
  await sandbox.stop();
});

it('nothing secret reaches the log at debug level, the disk in clear, or the body of an error', async () => {
  const answers: Answer[] = [];
  const login = async (...call: Parameters<Installation['login']>) => void answers.push(await gangway.login(...call));

  await login(alice, 'request_code', { phone: `+${withPassword}` });
  await login(alice, 'send_code', { code: '31415' });
  await login(alice, 'send_code', { code: '22222' });
  await login(alice, 'send_password', { password: 'a wrong password' });
  await login(alice, 'send_password', { password: magicPassword });
  await login(alice, 'request_code', { phone: `+${withPassword}` });
  await login(bob, 'request_code', { phone: '+9996623050' });
  await login(bob, 'request_code', { phone: '+9996623150' });
  await login(bob, 'request_code', { phone: '+9996623350' });
  await login(bob, 'bot_token', { token: '777:an-invalid-token' });
  await login(bob, 'bot_token', { token: magicBotToken });
  sandbox.control.addFault({
    kind: 'rpc_error',
    code: 400,
    message: 'SOMETHING_NEW',
    method: 'users.getUsers',
    times: 1,
  });
  answers.push(await gangway.getMe(bob));
  sandbox.control.addFault({ kind: 'silent', times: 1 });
  sandbox.control.cutConnections();
  answers.push(await gangway.getMe(alice));
  sandbox.control.revokeSessions(withPassword, 'SESSION_REVOKED');
  answers.push(await gangway.getMe(alice));

  const disk = await gangway.filesWritten();
  const errors = answers.filter(({ status }) => status >= 400 && status !== 409).map(({ text }) => text);
  expect(errors.length).toBeGreaterThan(6);
  const haystacks = { log: gangway.output(), disk: disk.toString('latin1'), errors: errors.join('\n') };
  expect(haystacks.log).toContain('debug');
  expect(haystacks.disk).toContain('login_processes');

  const needles = {
    'shared secret': gangway.sharedSecret,
    'encryption key': gangway.encryptionKey,
    password: magicPassword,
    'wrong password': 'a wrong password',
    'wrong code': '31415',
    'right code': '"22222"',
    'bot token': magicBotToken,
    'secret part of the bot token': magicBotToken.slice(magicBotToken.indexOf(':') + 1),
    'invalid bot token': 'an-invalid-token',
    'phone number': withPassword,
    'phone number that is banned': '9996623050',
    'phone number without an account': '9996623150',
  };
  for (const [place, haystack] of Object.entries(haystacks)) {
    for (const [what, needle] of Object.entries(needles)) {
      expect(haystack.includes(needle), `${what} in the ${place}`).toBe(false);
    }
    // An auth key is 256 bytes; no run of base64 or hexadecimal digits may be long enough to hold one.
    if (place !== 'disk') expect(haystack).not.toMatch(/[A-Za-z0-9+/=_-]{200}/);
  }
  // The unknown error keeps its name, for the log only.
  expect(haystacks.log).toContain('SOMETHING_NEW');
  expect(haystacks.errors).not.toContain('SOMETHING_NEW');
});
