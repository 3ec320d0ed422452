import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseMxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { install, type Answer, type Installation } from '../support/daemon.js';
import { openTestDatabase } from '../support/database.js';
import { metricsOn, scrape } from '../support/metrics.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const users = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] as const;
const mxidOf = (user: (typeof users)[number]) => `@${user}:example.test`;
const password = magicPasswords.password.password;
const botToken = `2000020007:${magicBotSecret}`;
const phones = {
  withPassword: '9996621123',
  plain: '9996620345',
  banned: '9996623050',
  withoutAccount: '9996623150',
  flooded: '9996623350',
  expired: '9996623550',
} as const;

let sandbox: Sandbox;
let gangway: Installation;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
  // Telegram does not answer once, and the user waits for the timeout.
  const connection = { connect_timeout_seconds: 8, call_timeout_seconds: 6 };
  gangway = await install(sandbox, { telegram: { connection }, ...metricsOn });
  await gangway.start();
});
afterAll(async () => {
  await gangway.remove();
  await sandbox.stop();
});

it(
  'no secret reaches the log at debug level, the disk in clear, the metrics, or the body of an error',
  { timeout: 90_000 },
  async () => {
    const answers: Answer[] = [];
    const login = async (user: (typeof users)[number], step: Parameters<Installation['login']>[1], body: unknown) =>
      void answers.push(await gangway.login(mxidOf(user), step, body));
    const getMe = async (user: (typeof users)[number]) => void answers.push(await gangway.getMe(mxidOf(user)));

    // A login with every step, including mistakes, and a restart in the middle.
    await login('alice', 'request_code', { phone: `+${phones.withPassword}` });
    await login('alice', 'send_code', { code: '31415' });
    await login('alice', 'send_code', { code: '22222' });
    await gangway.kill();
    await gangway.start();
    await login('alice', 'send_password', { password: 'a wrong password' });
    await login('alice', 'send_password', { password });
    await login('alice', 'request_code', { phone: `+${phones.withPassword}` });
    // All refusals of Telegram.
    await login('bob', 'request_code', { phone: `+${phones.banned}` });
    await login('bob', 'request_code', { phone: `+${phones.flooded}` });
    await login('bob', 'request_code', { phone: `+${phones.withoutAccount}` });
    await login('bob', 'send_code', { code: '22222' });
    await login('bob', 'request_code', { phone: `+${phones.expired}` });
    await login('bob', 'send_code', { code: '27182' });
    await login('bob', 'bot_token', { token: '777:an-invalid-token' });
    await login('bob', 'bot_token', { token: botToken });
    await login('carol', 'bot_token', { token: botToken });
    // Pending and lost logins.
    await login('dave', 'request_code', { phone: `+${phones.plain}` });
    await login('erin', 'request_code', { phone: `+${phones.plain}` });
    await login('erin', 'send_code', { code: '22222' });
    sandbox.control.addFault({
      kind: 'rpc_error',
      code: 400,
      message: 'SOMETHING_NEW',
      method: 'users.getUsers',
      times: 1,
    });
    await getMe('bob');
    sandbox.control.addFault({ kind: 'silent', times: 1 });
    sandbox.control.cutConnections();
    await getMe('alice');
    sandbox.control.revokeSessions(phones.withPassword, 'SESSION_REVOKED');
    await getMe('alice');
    await login('frank', 'request_code', { phone: `+${phones.withPassword}` });
    const metrics = await scrape(gangway);
    await gangway.stop();

    const log = gangway.output();
    const disk = (await gangway.filesWritten()).toString('latin1');
    const errors = answers
      .filter(({ status }) => status >= 400)
      .map(({ text }) => text)
      // A user who is already logged in gets the account.
      .filter((text) => !text.includes('already_logged_in'))
      .join('\n');
    expect(errors).toContain('telegram_account_taken');
    expect(log).toContain('"level":"debug"');
    expect(disk).toContain('login_processes');

    const sessions = await sessionsStored();
    expect(sessions.length).toBeGreaterThanOrEqual(4);
    const needles: Readonly<Record<string, string>> = {
      'shared secret': gangway.sharedSecret,
      'encryption key': gangway.encryptionKey,
      password,
      'wrong password': 'a wrong password',
      'wrong code': '31415',
      'expired code': '27182',
      'right code': '22222',
      'bot token': botToken,
      'secret part of the bot token': magicBotSecret,
      'invalid bot token': 'an-invalid-token',
      ...phones,
      ...Object.fromEntries(sessions.map((key, index) => [`key ${index}`, key])),
      ...Object.fromEntries(sessions.map((key, index) => [`end of key ${index}`, key.slice(-64)])),
      ...Object.fromEntries(sessions.map((key, index) => [`key ${index} in hex`, hexOf(key).slice(0, 64)])),
    };
    for (const [place, haystack] of Object.entries({ log, disk, errors, metrics })) {
      for (const [what, needle] of Object.entries(needles)) {
        expect(haystack.includes(needle), `${what} in the ${place}`).toBe(false);
      }
    }
    for (const user of users) expect(metrics).not.toContain(user);
    expect(metrics).toContain('gangway_login_steps_total{step="password",outcome="complete"}');
    // An unknown refusal keeps Telegram's name of it.
    expect(log).toContain('SOMETHING_NEW');
    expect(errors).toContain('SOMETHING_NEW');
  },
);

const hexOf = (base64: string) => Buffer.from(base64, 'base64').toString('hex');

/** Returns the auth key of every Telegram session in the database, decrypted. */
async function sessionsStored(): Promise<string[]> {
  const database = await openTestDatabase({
    uri: new Secret(`sqlite:${join(gangway.folder, 'gangway.db')}`),
    encryption: { key: new Secret(gangway.encryptionKey), oldKeys: [] },
  });
  const owners = users.map(mxidOf).flatMap((text) => parseMxid(text) ?? []);
  const sessions = await database.transaction(async (tx) => {
    const found: string[] = [];
    for (const owner of owners) {
      for (const { session } of await tx.telegramAccounts.listByOwner(owner)) {
        if (session) found.push(session.reveal());
      }
      for (const { state } of await tx.loginProcesses.listByOwner(owner, 0)) {
        // A login that has ended, and is stored for a repeated answer, has no session.
        const { session } = JSON.parse(state.reveal()) as { readonly session?: string | null };
        if (session) found.push(session);
      }
    }
    return found;
  });
  await database.close();
  return sessions.map((session) => readStoredSession(new Secret(session)).authKey.reveal());
}
