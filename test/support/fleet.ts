import { randomInt } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { install, type Answer, type Installation } from './daemon.js';

const { password } = magicPasswords.password;
const atOnce = 8;

/** Three daemons on one PostgreSQL database, as children of the tests. */
export interface Fleet {
  readonly secret: string;
  daemon(index: number): Installation;
  anyDaemon(): Installation;
  /** Makes a request of the provisioning API 0.3.0. */
  step(one: Installation, mxid: string, name: string, body: unknown): Promise<Answer>;
  getMe(one: Installation, mxid: string): Promise<Answer>;
  /** Logs so many users in, each step at any daemon. */
  logAllIn(logins: number): Promise<void>;
  /** Fails unless so many users are logged in, and no key ever had two connections. */
  requireAllLoggedIn(logins: number): Promise<void>;
  requireNoOverlap(): void;
  /** How many codes were requested from the sandbox. */
  codesSent(): number;
  remove(): Promise<void>;
}

/** Starts the daemons. `execute` runs a statement on their database. */
export async function startFleet(
  sandbox: Sandbox,
  uri: string,
  execute: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<Fleet> {
  const database = { uri };
  const first = await install(sandbox, { database });
  const secret = first.sharedSecret;
  const others = { database, encryption: { key: first.encryptionKey }, provisioning: { shared_secret: secret } };
  const daemons = [first, await install(sandbox, others), await install(sandbox, others)];
  await Promise.all(daemons.map((daemon) => daemon.start()));

  const daemon = (index: number) => daemons[index] ?? expect.unreachable();
  const anyDaemon = () => daemon(randomInt(daemons.length));
  const step: Fleet['step'] = (one, mxid, name, body) => one.call('POST', `/login/${mxid}/${name}`, body, secret);
  const getMe: Fleet['getMe'] = (one, mxid) => one.call('GET', `/${mxid}/get_me`, undefined, secret);
  const numberOf = (index: number) => `+99966${(index % 3) + 1}${1000 + index}`;
  const requireNoOverlap = () =>
    expect(sandbox.control.keys().filter(({ maxConnections }) => maxConnections > 1)).toEqual([]);

  /** Repeats a request until a daemon answers that is neither busy nor gone. */
  function patiently(request: () => Promise<Answer>): Promise<Answer> {
    const attempt = async () => {
      const answer = await request().catch(() => undefined);
      return answer && answer.status < 500 ? answer : undefined;
    };
    return vi.waitUntil(attempt, { timeout: 60_000, interval: 500 });
  }

  async function logIn(index: number): Promise<void> {
    const mxid = `@user${index}:example.test`;
    const phone = numberOf(index);
    const code = String((index % 3) + 1).repeat(5);
    const asked = await patiently(() => step(anyDaemon(), mxid, 'request_code', { phone }));
    expect(asked.status, asked.text).toBe(200);
    const sent = await patiently(() => step(anyDaemon(), mxid, 'send_code', { code }));
    expect(sent.status, sent.text).toBe(202);
    const done = await patiently(() => step(anyDaemon(), mxid, 'send_password', { password }));
    expect(done.status, done.text).toBe(200);
    expect((await patiently(() => getMe(anyDaemon(), mxid))).body).toMatchObject({ phone: phone.slice(1) });
  }

  return {
    secret,
    daemon,
    anyDaemon,
    step,
    getMe,
    requireNoOverlap,

    async logAllIn(logins) {
      const left = Array.from({ length: logins }, (_, index) => index);
      const work = async () => {
        for (let index = left.pop(); index !== undefined; index = left.pop()) await logIn(index);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    },

    async requireAllLoggedIn(logins) {
      const accounts = await execute('SELECT count(*)::int AS count FROM telegram_accounts');
      expect(accounts).toEqual([{ count: logins }]);
      expect(new Set(sandbox.control.sessions().map(({ userId }) => userId)).size).toBe(logins);
      requireNoOverlap();
    },

    codesSent: () => sandbox.control.calls().filter(({ method }) => method === 'auth.sendCode').length,

    async remove() {
      await Promise.all(daemons.map((one) => one.remove()));
    },
  };
}
