import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/control.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import {
  install,
  type Answer,
  type ConfigOverrides,
  type Installation,
  type ServingInstallation,
} from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/** How many users log in at once. GANGWAY_TEST_LOGINS changes it. */
const logins = Number(process.env['GANGWAY_TEST_LOGINS'] ?? 60);
const alice = '@alice:example.test';
const plain = '+9996620123';
const withPassword = '+9996621123';

let sandbox: Sandbox;
const installations: Pick<ServingInstallation, 'remove'>[] = [];

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await Promise.all(installations.splice(0).map((each) => each.remove()));
  sandbox.control.reset();
});

async function running(overrides?: ConfigOverrides): Promise<Installation> {
  return started(await install(sandbox, overrides));
}

/** A daemon in this process. */
async function runningHere(overrides?: ConfigOverrides): Promise<ServingInstallation> {
  return started(await installHere(sandbox, overrides));
}

async function started<Gangway extends ServingInstallation>(gangway: Gangway): Promise<Gangway> {
  installations.push(gangway);
  await gangway.start();
  return gangway;
}

/** How long Telegram does not answer, deliberately. */
const impatient: ConfigOverrides = {
  telegram: { connection: { connect_timeout_seconds: 3, call_timeout_seconds: 2 } },
};

const brief = ({ status, body }: Answer) => ({ status, ...body });

const bot = '@bot:example.test';
const botToken = `2000020042:${magicBotSecret}`;

type Step = readonly [
  step: 'request_code' | 'send_code' | 'send_password' | 'bot_token',
  body: unknown,
  status: number,
];

const phoneLogin: readonly Step[] = [
  ['request_code', { phone: withPassword }, 200],
  ['send_code', { code: '22222' }, 202],
  ['send_password', { password: magicPasswords.password.password }, 200],
];

describe('killed', () => {
  it('between any two steps, a killed daemon continues the login', async () => {
    const gangway = await running();
    for (const [step, body, status] of phoneLogin) {
      expect(brief(await gangway.login(alice, step, body))).toMatchObject({ status });
      await gangway.kill();
      await gangway.start();
    }
    expect(brief(await gangway.getMe(alice))).toMatchObject({ status: 200, phone: '9996621123', is_bot: false });
    expect(sandbox.control.calls().filter(({ method }) => method === 'auth.sendCode').length).toBeLessThanOrEqual(2);
  });

  it('in the middle of any step, the same input is accepted after a kill', async () => {
    const gangway = await running();
    for (const [index, method] of ['auth.sendCode', 'auth.signIn', 'auth.checkPassword'].entries()) {
      for (const [step, body] of phoneLogin.slice(0, index)) await gangway.login(alice, step, body);
      const lift = sandbox.control.addFault({ kind: 'silent', method });
      const [step, body] = phoneLogin[index] ?? [];
      if (!step) throw new Error('no such step');
      const unanswered = gangway.login(alice, step, body).catch((error: unknown) => error);
      await until(() => sandbox.control.calls().some((call) => call.method === method));
      await gangway.kill();
      expect(await unanswered).toBeInstanceOf(Error);
      lift();
      await gangway.start();
      for (const [next, input, status] of phoneLogin.slice(index)) {
        expect(brief(await gangway.login(alice, next, input))).toMatchObject({ status });
      }
      // The user can log in again.
      sandbox.control.reset();
      expect(brief(await gangway.getMe(alice))).toMatchObject({ errcode: 'not_logged_in' });
    }
  });
});

it('a second daemon on the same SQLite file does not start, and the first continues', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-e2e-'));
  const database = { uri: `sqlite:${join(folder, 'shared.db')}` };
  const first = await running({ database });
  const second = await install(sandbox, { database, encryption: { key: first.encryptionKey } });
  await expect(second.start()).rejects.toThrow(/ended with 4[^]*Another Gangway is using/);
  expect(brief(await first.login(alice, 'request_code', { phone: plain }))).toMatchObject({ status: 200 });
  await second.remove();
  await first.kill();
  await rm(folder, { recursive: true });
});

describe('failures of Telegram', () => {
  const troubles: readonly (readonly [name: string, begin: () => () => void])[] = [
    ['silent', () => fault({ kind: 'silent' })],
    ['refusing', () => fault({ kind: 'refuse' })],
    ['dropping connections in the middle of a reply', () => fault({ kind: 'drop' })],
  ];

  it.each(troubles)('%s at every step: reported in time, and the next attempt succeeds', async (_, begin) => {
    const gangway = await runningHere(impatient);
    for (const [step, body, status] of phoneLogin) {
      const lift = begin();
      expect(brief(await gangway.login(alice, step, body))).toMatchObject({ errcode: 'telegram_unreachable' });
      lift();
      expect(brief(await gangway.login(alice, step, body))).toMatchObject({ status });
    }
    const lift = begin();
    expect(brief(await gangway.getMe(alice))).toMatchObject({ errcode: 'telegram_unreachable' });
    expect(brief(await gangway.login(bot, 'bot_token', { token: botToken }))).toMatchObject({
      errcode: 'telegram_unreachable',
    });
    lift();
    expect(brief(await gangway.getMe(alice))).toMatchObject({ status: 200 });
    expect(brief(await gangway.login(bot, 'bot_token', { token: botToken }))).toMatchObject({ status: 200 });
  });

  it('a break of all connections between two steps is not noticed', async () => {
    const gangway = await runningHere();
    for (const [step, body, status] of phoneLogin) {
      expect(brief(await gangway.login(alice, step, body))).toMatchObject({ status });
      sandbox.control.cutConnections();
    }
    expect(brief(await gangway.getMe(alice))).toMatchObject({ status: 200 });
  });

  it('a forgotten key at any step ends the login, and a new one succeeds', async () => {
    const gangway = await runningHere();
    for (const steps of [1, 2]) {
      for (const [step, body] of phoneLogin.slice(0, steps)) await gangway.login(alice, step, body);
      sandbox.control.deleteAuthKeys();
      const [step, body] = phoneLogin[steps] ?? [];
      if (!step) throw new Error('no such step');
      expect(brief(await gangway.login(alice, step, body))).toMatchObject({ errcode: 'session_revoked' });
    }
    for (const [step, body, status] of phoneLogin) {
      expect(brief(await gangway.login(alice, step, body))).toMatchObject({ status });
    }
    sandbox.control.deleteAuthKeys();
    expect(brief(await gangway.getMe(alice))).toMatchObject({ status: 403, errcode: 'not_logged_in' });
    expect(brief(await gangway.login(alice, 'request_code', { phone: withPassword }))).toMatchObject({ status: 200 });
  });

  it('a revoked session is detected by the next check, and the user can log in again', async () => {
    const gangway = await runningHere();
    const errors = ['AUTH_KEY_UNREGISTERED', 'SESSION_REVOKED', 'USER_DEACTIVATED', 'AUTH_KEY_DUPLICATED'];
    for (const error of errors) {
      await gangway.login(alice, 'request_code', { phone: plain });
      expect(brief(await gangway.login(alice, 'send_code', { code: '22222' }))).toMatchObject({ status: 200 });
      sandbox.control.revokeSessions('9996620123', error);
      expect(brief(await gangway.getMe(alice)), error).toMatchObject({ status: 403, errcode: 'not_logged_in' });
      sandbox.control.reset();
    }
  });
});

describe('under load', () => {
  it(`logs in ${logins} users at once, every fourth with a password`, { timeout: 180_000 }, async () => {
    const gangway = await running({ telegram: { connection: {} } });
    const users = Array.from({ length: logins }, (_, index) => {
      const dc = (index % 3) + 1;
      const hasPassword = index % 4 === 0;
      return {
        mxid: `@user${index}:example.test`,
        phone: `99966${dc}${hasPassword ? 1 : 0}${String(index).padStart(3, '0')}`,
        code: `${dc}`.repeat(5),
        hasPassword,
      };
    });
    const outcomes = await Promise.all(
      users.map(async ({ mxid, phone, code, hasPassword }) => {
        const requested = await insist(() => gangway.login(mxid, 'request_code', { phone }));
        const signedIn = await insist(() => gangway.login(mxid, 'send_code', { code }));
        const { password } = magicPasswords.password;
        const finished = hasPassword
          ? await insist(() => gangway.login(mxid, 'send_password', { password }))
          : signedIn;
        const me = await insist(() => gangway.getMe(mxid));
        return [requested.status, signedIn.status, finished.status, me.body['phone']];
      }),
    );
    expect(outcomes).toEqual(users.map(({ phone, hasPassword }) => [200, hasPassword ? 202 : 200, 200, phone]));
    expect(gangway.output()).not.toMatch(/a Telegram worker (hangs|ended|failed)/);
  });

  it('answers 20 equal requests of one user with one answer and sends one code', async () => {
    const gangway = await runningHere();
    const requests = await Promise.all(
      Array.from({ length: 20 }, () => gangway.login(alice, 'request_code', { phone: plain })),
    );
    expect(requests.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const codes = sandbox.control.calls().filter(({ method, dc }) => method === 'auth.sendCode' && dc === 2);
    expect(codes).toHaveLength(1);
    const entries = await Promise.all(
      Array.from({ length: 20 }, () => gangway.login(alice, 'send_code', { code: '22222' })),
    );
    for (const entry of entries) expect(entry.body).toMatchObject({ state: 'logged-in' });
    expect(sandbox.control.calls().filter(({ method }) => method === 'auth.signIn')).toHaveLength(1);
  });
});

describe('on SIGTERM', () => {
  it('finishes pending work, and exits with 0', async () => {
    const gangway = await running();
    const lift = sandbox.control.addFault({ kind: 'delay', ms: 500, method: 'auth.sendCode' });
    const answer = gangway.login(alice, 'request_code', { phone: plain });
    await until(() => sandbox.control.calls().some(({ method }) => method === 'auth.sendCode'));
    const code = gangway.stop();
    expect(brief(await answer)).toMatchObject({ status: 200, state: 'code' });
    expect(await code).toBe(0);
    lift();
    await gangway.start();
    expect(brief(await gangway.login(alice, 'send_code', { code: '22222' }))).toMatchObject({ status: 200 });
  });
});

function fault(what: Fault): () => void {
  const lift = sandbox.control.addFault(what);
  sandbox.control.cutConnections();
  return lift;
}

/** A busy machine may need longer than the daemon lets a client wait; such clients must retry. */
async function insist(request: () => Promise<Answer>): Promise<Answer> {
  const answer = await request();
  return answer.body['errcode'] === 'telegram_unreachable' ? request() : answer;
}
