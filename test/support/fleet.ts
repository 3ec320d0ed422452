import { randomInt } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { SandboxCall } from '../../src/sandbox/rpc/call-log.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { install, type Answer, type Installation } from './daemon.js';

const { password } = magicPasswords.password;
const atOnce = 8;
/** How far the clock of each daemon is ahead. */
const clocksAheadMs = [-60_000, 0, 60_000];

/** The users of a fleet that log in at the same time. */
export interface LoginBatch {
  readonly users: readonly string[];
  /** The phone number of each user, in digits. */
  readonly phones: readonly string[];
  /** Resolves when all of them are logged in. */
  readonly done: Promise<void>;
  /** Returns how many codes the sandbox has sent to them. */
  codesSent(): number;
}

/** Three daemons on one PostgreSQL database, as children of the tests. */
export interface Fleet {
  readonly secret: string;
  daemon(index: number): Installation;
  anyDaemon(): Installation;
  /** Makes a request of the provisioning API 0.3.0. */
  step(one: Installation, mxid: string, name: string, body: unknown): Promise<Answer>;
  getMe(one: Installation, mxid: string): Promise<Answer>;
  /** Starts the logins of so many new users, each step at a random daemon. */
  logIn(logins: number): LoginBatch;
  /** Fails unless each of these users is logged in once. */
  requireLoggedIn(batch: LoginBatch): Promise<void>;
  /** Returns the calls at Telegram for these phone numbers, in digits. */
  callsAbout(phones: readonly string[]): readonly SandboxCall[];
  /** Fails if a key ever had two connections. */
  requireNoOverlap(): void;
  /** Resolves when all daemons are ready. */
  ready(): Promise<void>;
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
  await Promise.all(daemons.map((daemon, index) => daemon.start(clocksAheadMs[index])));

  const daemon = (index: number) => daemons[index] ?? expect.unreachable();
  const anyDaemon = () => daemon(randomInt(daemons.length));
  const step: Fleet['step'] = (one, mxid, name, body) => one.call('POST', `/login/${mxid}/${name}`, body, secret);
  const getMe: Fleet['getMe'] = (one, mxid) => one.call('GET', `/${mxid}/get_me`, undefined, secret);
  const mxidOf = (index: number) => `@user${index}:example.test`;
  const digitsOf = (index: number) => `99966${(index % 3) + 1}${1000 + index}`;
  const callsAbout: Fleet['callsAbout'] = (phones) =>
    sandbox.control.calls().filter(({ phone = '' }) => phones.includes(phone.replace('+', '')));
  let begun = 0;

  /** Repeats a request until a daemon answers that is neither busy nor gone. */
  function patiently(request: () => Promise<Answer>): Promise<Answer> {
    const attempt = async () => {
      const answer = await request().catch(() => undefined);
      return answer && answer.status < 500 ? answer : undefined;
    };
    return vi.waitUntil(attempt, { timeout: 60_000, interval: 500 });
  }

  async function logIn(index: number): Promise<void> {
    const [mxid, phone] = [mxidOf(index), `+${digitsOf(index)}`];
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
    callsAbout,

    logIn(logins) {
      const indices = Array.from({ length: logins }, (_, index) => begun + index);
      begun += logins;
      const phones = indices.map(digitsOf);
      const left = [...indices];
      const work = async () => {
        for (let index = left.pop(); index !== undefined; index = left.pop()) await logIn(index);
      };
      return {
        users: indices.map(mxidOf),
        phones,
        done: Promise.all(Array.from({ length: atOnce }, work)).then(() => undefined),
        codesSent: () => callsAbout(phones).filter(({ method }) => method === 'auth.sendCode').length,
      };
    },

    async requireLoggedIn({ users, phones }) {
      const rows = await execute('SELECT owner FROM telegram_accounts');
      const owners = rows.map(({ owner }) => String(owner)).filter((owner) => users.includes(owner));
      expect(owners.toSorted()).toEqual(users.toSorted());
      const loggedIn = new Set(sandbox.control.sessions().map(({ userId }) => userId));
      expect(phones.filter((phone) => !loggedIn.has(`7000${phone.slice(5)}`))).toEqual([]);
    },

    requireNoOverlap: () =>
      expect(sandbox.control.keys().filter(({ maxConnections }) => maxConnections > 1)).toEqual([]),

    async ready() {
      for (const one of daemons) {
        await vi.waitUntil(async () => (await one.probe('ready')) === 200, { timeout: 25_000, interval: 100 });
      }
    },

    async remove() {
      await Promise.all(daemons.map((one) => one.remove()));
    },
  };
}
