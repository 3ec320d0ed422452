import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { messageLies, passwordLies, type Lie, type MessageLie } from '../../src/sandbox/lies.js';
import type { TelegramConnection, TelegramGateway } from '../../src/telegram/gateway.js';
import { createTestGateway, engines, useEngineOnSandbox, workerAfter } from '../support/engine-on-sandbox.js';
import { codeOf, failureOf, logIn, magicPassword, numberOf, tokenOf } from '../support/magic-logins.js';
import { untrustedChecks } from '../support/untrusted-checks.js';

/** The clock of the sandbox. A test may replace Date.now. */
const rightNow = Date.now.bind(Date);

describe.each(engines)('%s', (engine) => {
  const telegram = useEngineOnSandbox(engine, { clock: { ...systemClock, now: rightNow } });
  let gateway: TelegramGateway;
  const opened: TelegramConnection[] = [];

  beforeAll(() => {
    gateway = createTestGateway(telegram.sandbox, {}, engine);
  });
  afterAll(() => gateway.close());

  async function connect(): Promise<TelegramConnection> {
    const connection = await gateway.connect();
    opened.push(connection);
    return connection;
  }

  const lie = (name: Lie, method?: string) =>
    telegram.sandbox.control.addFault({ kind: 'lie', lie: name, ...(method === undefined ? {} : { method }) });

  async function expectRefused(work: Promise<unknown>, name: keyof typeof untrustedChecks): Promise<void> {
    const failure = await failureOf(work);
    expect(failure.details).toEqual({ kind: 'unreachable' });
    expect(failure.cause).toMatchObject({ message: `untrusted answer of Telegram: ${untrustedChecks[name]}` });
  }

  const harmful = messageLies.filter((name): name is Exclude<MessageLie, 'repeated'> => name !== 'repeated');

  describe('a message that breaks the protocol', () => {
    it.each(harmful)('is refused, and the session continues (%s)', async (name) => {
      const [connection, other] = [await connect(), await connect()];
      await logIn(connection, '9996610200');
      await logIn(other, '9996610201');
      const lift = lie(name, 'users.getUsers');
      await expectRefused(connection.getMe(), name);
      expect(await other.contacts()).toHaveLength(1);
      lift();
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996610200');
      expect((await other.getMe()).phone?.reveal()).toBe('+9996610201');
    });

    it.each(['session_id', 'length_zero'] as const)('is refused when a session is reopened (%s)', async (name) => {
      const connection = await connect();
      await logIn(connection, '9996610202');
      const { session } = connection;
      await connection.destroy();
      const lift = lie(name);
      const reopened = gateway.connect(session).then((again) => again.getMe());
      await expectRefused(reopened, name);
      lift();
      const again = await gateway.connect(session);
      expect((await again.getMe()).phone?.reveal()).toBe('+9996610202');
      await again.destroy();
    });

    it('is ignored if it came before', async () => {
      const connection = await connect();
      await logIn(connection, '9996610203');
      lie('repeated');
      for (let n = 0; n < 3; n += 1) expect((await connection.getMe()).phone?.reveal()).toBe('+9996610203');
    });

    it.each([
      ['auth.sendCode', (connection: TelegramConnection) => connection.sendCode(numberOf('9996610204'))],
      ['auth.importBotAuthorization', (connection: TelegramConnection) => connection.signInBot(tokenOf('2000010204'))],
    ] as const)('does not repeat a call that must not be repeated (%s)', async (method, call) => {
      const connection = await connect();
      const lift = lie('session_id', method);
      await expectRefused(call(connection), 'session_id');
      lift();
      await connection.getMe().catch(() => undefined);
      expect(telegram.sandbox.control.calls().filter((made) => made.method === method)).toHaveLength(1);
    });
  });

  describe('a password check with values that could reveal the password', () => {
    it.each(passwordLies)('is refused before any proof is sent, and the login continues (%s)', async (name) => {
      const connection = await connect();
      const phone = numberOf('9996611200');
      const { phoneCodeHash } = await connection.sendCode(phone);
      await connection.signIn(phone, phoneCodeHash, codeOf('9996611200'));
      const lift = lie(name);
      await expectRefused(connection.checkPassword(magicPassword), name);
      expect(telegram.sandbox.control.calls().map(({ method }) => method)).not.toContain('auth.checkPassword');
      lift();
      expect((await connection.checkPassword(magicPassword)).phone?.reveal()).toBe('+9996611200');
    });
  });

  describe('a key exchange that breaks the protocol', () => {
    it.each(['pq_nonce', 'dh_public_one', 'end_hash', 'end_retry', 'plain_length'] as const)(
      'creates no key, and other key exchanges continue (%s)',
      async (name) => {
        const other = await connect();
        await logIn(other, '9996610205');
        const lift = lie(name);
        await expectRefused(gateway.connect(), name);
        expect((await other.getMe()).phone?.reveal()).toBe('+9996610205');
        lift();
        await connect();
      },
    );

    it('keeps the session in its data centre if it fails during a move', async () => {
      const connection = await connect();
      const before = connection.session;
      telegram.sandbox.control.addFault({ kind: 'lie', lie: 'dh_public_one', dc: 2 });
      expect((await failureOf(connection.sendCode(numberOf('9996620206')))).details).toEqual({ kind: 'unreachable' });
      expect(connection.session.equals(before)).toBe(true);
    });
  });

  describe('a wrong clock', () => {
    afterEach(() => void vi.restoreAllMocks());

    /** Returns a gateway whose clock is fast by so many seconds. */
    function createFastGateway(seconds: number): TelegramGateway {
      if (engine === 'mtcute') {
        vi.spyOn(Date, 'now').mockImplementation(() => rightNow() + seconds * 1000);
        return telegram.createGateway();
      }
      const wrongClock = `
        const RightDate = Date;
        globalThis.Date = class extends RightDate {
          constructor(...args) { super(...(args.length > 0 ? args : [RightDate.now() + ${seconds * 1000}])); }
          static now() { return RightDate.now() + ${seconds * 1000}; }
        };`;
      return telegram.createGateway({ workerUrl: workerAfter(wrongClock) });
    }

    it.each([-3_600, -250, -40, 25, 3_600])('by %i seconds does not make a session unusable', async (seconds) => {
      const connection = await connect();
      await logIn(connection, '9996610207');
      const { session } = connection;
      await connection.destroy();
      const fast = createFastGateway(seconds);
      const again = await fast.connect(session);
      expect((await again.getMe()).phone?.reveal()).toBe('+9996610207');
      expect((await (await fast.connect()).sendCode(numberOf('9996610208'))).length).toBe(5);
    });
  });
});
