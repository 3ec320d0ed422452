import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { TelegramFailure, type SessionDeath, type TelegramFault } from '../../src/telegram/failure.js';
import type { TelegramConnection, TelegramGateway, TelegramSession } from '../../src/telegram/gateway.js';
import type { LoginCode } from '../../src/telegram/shapes.js';

/** A Telegram with the magic accounts of the sandbox, new logins beginning at data centre 1, and the means to upset it. */
export interface TelegramUnderTest {
  createGateway(): TelegramGateway;
  /** Ends all sessions that have to do with this phone number or bot token. */
  endSessions(phoneOrToken: string, reason: SessionDeath): void;
  /** Nobody can connect, and nobody stays connected. */
  goDown(): void;
  /** Everybody can connect, and nothing is ever answered. */
  goSilent(): void;
  comeBack(): void;
  /** Lets time pass on the clock of the gateways. */
  advance(ms: number): Promise<void>;
  readonly connectDeadlineMs: number;
  readonly callDeadlineMs: number;
  stop(): Promise<void>;
}

const password = new Secret(magicPasswords.password.password);
const awkwardPassword = new Secret(magicPasswords.awkward_password.password);
const tokenOf = (number: string) => new Secret(`${number}:${magicBotSecret}`);
const numberOf = (digits: string) => PhoneNumber.parse(digits) ?? expect.unreachable();
const codeOf = (digits: string) => new Secret((digits[5] ?? '').repeat(5));

async function faultOf(work: Promise<unknown>): Promise<TelegramFault> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TelegramFailure) return error.fact;
    throw error;
  }
  return expect.unreachable('it went well');
}

/** What every implementation of the port must do. */
export function describeTelegramGateway(name: string, setup: () => Promise<TelegramUnderTest>): void {
  describe(name, () => {
    let telegram: TelegramUnderTest;
    let gateway: TelegramGateway;
    const opened: TelegramConnection[] = [];

    beforeAll(async () => {
      telegram = await setup();
      gateway = telegram.createGateway();
    });
    afterEach(async () => {
      telegram.comeBack();
      await Promise.all(opened.splice(0).map((connection) => connection.destroy()));
    });
    afterAll(async () => {
      await gateway.close();
      await telegram.stop();
    });

    async function connect(session?: TelegramSession): Promise<TelegramConnection> {
      const connection = await gateway.connect(session);
      opened.push(connection);
      return connection;
    }

    async function askForCode(digits: string): Promise<{ connection: TelegramConnection; sent: LoginCode }> {
      const connection = await connect();
      return { connection, sent: await connection.sendCode(numberOf(digits)) };
    }

    async function logIn(digits: string): Promise<TelegramConnection> {
      const { connection, sent } = await askForCode(digits);
      await connection.signIn(numberOf(digits), sent.phoneCodeHash, codeOf(digits));
      return connection;
    }

    async function reconnect(connection: TelegramConnection): Promise<TelegramConnection> {
      const { session } = connection;
      await connection.destroy();
      return connect(session);
    }

    const use = async (session: TelegramSession) => (await connect(session)).getMe();

    describe('a login by phone', () => {
      it('is told how the code travels, and knows afterwards who is logged in', async () => {
        const phone = numberOf('9996610001');
        const { connection, sent } = await askForCode('9996610001');
        expect(sent).toMatchObject({ delivery: 'app', length: 5, nextDelivery: 'sms', timeoutMs: 60_000 });
        const result = await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996610001'));
        const user = result.kind === 'authorized' ? result.user : expect.unreachable();
        expect(user).toEqual({
          id: expect.stringMatching(/^[1-9]\d+$/),
          username: expect.stringMatching(/^\w{5,}$/),
          firstName: expect.any(String),
          lastName: expect.any(String),
          phone: expect.any(PhoneNumber),
          isBot: false,
        });
        expect(user.phone?.equals(phone)).toBe(true);
        expect(await connection.getMe()).toEqual(user);
      });

      it('finds that an account may have no username', async () => {
        const connection = await logIn('9996612000');
        expect(await connection.getMe()).toMatchObject({ username: null, isBot: false });
      });

      it('may give the right code after a wrong one', async () => {
        const phone = numberOf('9996610002');
        const { connection, sent } = await askForCode('9996610002');
        const wrong = connection.signIn(phone, sent.phoneCodeHash, new Secret('54321'));
        expect(await faultOf(wrong)).toEqual({ kind: 'phone_code_invalid' });
        const right = await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996610002'));
        expect(right.kind).toBe('authorized');
      });

      it('goes on with the same code on a new connection', async () => {
        const { connection, sent } = await askForCode('9996610003');
        const again = await reconnect(connection);
        const result = await again.signIn(numberOf('9996610003'), sent.phoneCodeHash, codeOf('9996610003'));
        expect(result.kind).toBe('authorized');
      });

      it('moves to the data centre of the account, and its session with it', async () => {
        const connection = await connect();
        const before = connection.session;
        const sent = await connection.sendCode(numberOf('9996620004'));
        expect(connection.session.equals(before)).toBe(false);
        const again = await reconnect(connection);
        const result = await again.signIn(numberOf('9996620004'), sent.phoneCodeHash, codeOf('9996620004'));
        expect(result.kind).toBe('authorized');
        expect((await again.getMe()).phone?.reveal()).toBe('+9996620004');
      });

      it('is told that a code hash is not known', async () => {
        const { connection } = await askForCode('9996610005');
        const result = connection.signIn(numberOf('9996610005'), new Secret('nothing'), codeOf('9996610005'));
        expect(await faultOf(result)).toEqual({ kind: 'phone_code_expired' });
      });

      it.each([
        ['9996613000', { kind: 'phone_number_banned' }],
        ['9996613200', { kind: 'phone_number_app_signup_forbidden' }],
        ['9996613304', { kind: 'flood_wait', retryAfterMs: 5_000 }],
        ['9996613400', { kind: 'phone_number_flood' }],
        ['9996613800', { kind: 'phone_number_flood' }],
        ['4915112345', { kind: 'phone_number_invalid' }],
      ] as const)('gets no code for %s: %o', async (digits, fault) => {
        const connection = await connect();
        expect(await faultOf(connection.sendCode(numberOf(digits)))).toEqual(fault);
      });

      it.each([
        ['9996613100', { kind: 'phone_number_unoccupied' }],
        ['9996613500', { kind: 'phone_code_expired' }],
        ['9996613600', { kind: 'phone_code_invalid' }],
      ] as const)('is refused with the right code for %s: %o', async (digits, fault) => {
        const { connection, sent } = await askForCode(digits);
        const result = connection.signIn(numberOf(digits), sent.phoneCodeHash, codeOf(digits));
        expect(await faultOf(result)).toEqual(fault);
      });
    });

    describe('a cloud password', () => {
      it('is asked for with its hint, refused when wrong and taken when right', async () => {
        const phone = numberOf('9996611000');
        const { connection, sent } = await askForCode('9996611000');
        expect(await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996611000'))).toEqual({
          kind: 'password_needed',
          hint: magicPasswords.password.hint,
        });
        expect(await faultOf(connection.checkPassword(new Secret('wrong')))).toEqual({ kind: 'password_invalid' });
        const user = await connection.checkPassword(password);
        expect(user.phone?.equals(phone)).toBe(true);
        expect(await connection.getMe()).toEqual(user);
      });

      it('may have no hint, and any characters', async () => {
        const phone = numberOf('9996611900');
        const { connection, sent } = await askForCode('9996611900');
        expect(await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996611900'))).toEqual({
          kind: 'password_needed',
          hint: null,
        });
        expect((await connection.checkPassword(awkwardPassword)).phone?.equals(phone)).toBe(true);
      });

      it('is taken on a new connection', async () => {
        const { connection, sent } = await askForCode('9996611001');
        await connection.signIn(numberOf('9996611001'), sent.phoneCodeHash, codeOf('9996611001'));
        const again = await reconnect(connection);
        expect((await again.checkPassword(password)).phone?.reveal()).toBe('+9996611001');
      });
    });

    describe('a login by bot token', () => {
      it.each(['2000010001', '2000020001'])('takes one step (%s)', async (number) => {
        const connection = await connect();
        const bot = await connection.signInBot(tokenOf(number));
        expect(bot).toMatchObject({
          isBot: true,
          phone: null,
          lastName: null,
          username: expect.stringMatching(/bot$/),
        });
        const again = await reconnect(connection);
        expect(await again.getMe()).toEqual(bot);
      });

      it.each([
        ['2000011000', { kind: 'bot_token_expired' }],
        ['2000012000', { kind: 'bot_token_invalid' }],
      ] as const)('is refused for %s: %o', async (number, fault) => {
        const connection = await connect();
        expect(await faultOf(connection.signInBot(tokenOf(number)))).toEqual(fault);
      });
    });

    describe('a session', () => {
      it('survives its connection', async () => {
        const connection = await logIn('9996610010');
        const user = await connection.getMe();
        expect(await (await reconnect(connection)).getMe()).toEqual(user);
      });

      it('is dead after logging out', async () => {
        const connection = await logIn('9996610011');
        const { session } = connection;
        await connection.logOut();
        await connection.destroy();
        expect(await faultOf(use(session))).toEqual({ kind: 'session_dead', reason: 'revoked' });
      });

      it('that nobody is logged in to is dead', async () => {
        const connection = await connect();
        expect(await faultOf(connection.getMe())).toEqual({ kind: 'session_dead', reason: 'revoked' });
      });

      it('is dead where the account was deactivated', async () => {
        const connection = await logIn('9996613700');
        expect(await faultOf(connection.getMe())).toEqual({ kind: 'session_dead', reason: 'deactivated' });
      });

      it.each(['revoked', 'expired', 'deactivated', 'duplicated', 'auth_key_forgotten'] as const)(
        'that Telegram ended is dead, with the reason (%s)',
        async (reason) => {
          const connection = await logIn('9996610012');
          telegram.endSessions('9996610012', reason);
          expect(await faultOf(connection.getMe())).toEqual({ kind: 'session_dead', reason });
          const { session } = connection;
          await connection.destroy();
          expect(await faultOf(use(session))).toEqual({ kind: 'session_dead', reason });
        },
      );

      it('that Telegram ended can be logged out', async () => {
        const connection = await logIn('9996610013');
        telegram.endSessions('9996610013', 'revoked');
        await expect(connection.logOut()).resolves.toBeUndefined();
      });

      it('that Telegram ended in the middle of a login is dead', async () => {
        const { connection, sent } = await askForCode('9996610014');
        telegram.endSessions('9996610014', 'auth_key_forgotten');
        const result = connection.signIn(numberOf('9996610014'), sent.phoneCodeHash, codeOf('9996610014'));
        expect(await faultOf(result)).toEqual({ kind: 'session_dead', reason: 'auth_key_forgotten' });
      });
    });

    describe('Telegram out of reach', () => {
      it('fails a connect as unreachable, and a later one goes well', async () => {
        telegram.goDown();
        expect(await faultOf(connect())).toEqual({ kind: 'unreachable' });
        telegram.comeBack();
        expect((await askForCode('9996610020')).sent.length).toBe(5);
      });

      it('fails a connect on a saved session as unreachable, and the session is well later', async () => {
        const connection = await logIn('9996610021');
        const { session } = connection;
        await connection.destroy();
        telegram.goDown();
        expect(await faultOf(connect(session))).toEqual({ kind: 'unreachable' });
        telegram.comeBack();
        expect((await use(session)).phone?.reveal()).toBe('+9996610021');
      });

      it('fails a call as unreachable, and the session is well later', async () => {
        const connection = await logIn('9996610022');
        const { session } = connection;
        telegram.goDown();
        expect(await faultOf(connection.getMe())).toEqual({ kind: 'unreachable' });
        await connection.destroy();
        telegram.comeBack();
        expect((await use(session)).phone?.reveal()).toBe('+9996610022');
      });
    });

    describe('Telegram that does not answer', () => {
      it('fails a connect at the deadline, and a later one goes well', async () => {
        telegram.goSilent();
        const outcome = faultOf(connect());
        await telegram.advance(telegram.connectDeadlineMs);
        expect(await outcome).toEqual({ kind: 'unreachable' });
        telegram.comeBack();
        expect((await askForCode('9996610030')).sent.length).toBe(5);
      });

      it('fails a connect on a saved session at the deadline, and the session is well later', async () => {
        const connection = await logIn('9996610032');
        const { session } = connection;
        await connection.destroy();
        telegram.goSilent();
        const outcome = faultOf(connect(session));
        await telegram.advance(telegram.connectDeadlineMs);
        expect(await outcome).toEqual({ kind: 'unreachable' });
        telegram.comeBack();
        expect((await use(session)).phone?.reveal()).toBe('+9996610032');
      });

      it('fails a call at the deadline, and the session is well later', async () => {
        const connection = await logIn('9996610031');
        const { session } = connection;
        telegram.goSilent();
        const outcome = faultOf(connection.getMe());
        await telegram.advance(telegram.callDeadlineMs);
        expect(await outcome).toEqual({ kind: 'unreachable' });
        await connection.destroy();
        telegram.comeBack();
        expect((await use(session)).phone?.reveal()).toBe('+9996610031');
      });
    });

    describe('a connection', () => {
      it('ends its calls under way as unreachable when it is destroyed, and may be destroyed twice', async () => {
        const connection = await logIn('9996610040');
        telegram.goSilent();
        const outcome = faultOf(connection.getMe());
        await Promise.all([connection.destroy(), connection.destroy()]);
        expect(await outcome).toEqual({ kind: 'unreachable' });
        expect(await faultOf(connection.getMe())).toEqual({ kind: 'unreachable' });
      });

      it('is one of many, each with a session of its own', async () => {
        const digits = Array.from({ length: 8 }, (_, index) => `999661005${index}`);
        const connections = await Promise.all(digits.map(logIn));
        const users = await Promise.all(connections.map((connection) => connection.getMe()));
        expect(users.map((user) => user.phone?.reveal())).toEqual(digits.map((one) => `+${one}`));
      });
    });

    it('settles everything that is under way when it is closed', async () => {
      const other = telegram.createGateway();
      const connection = await other.connect();
      telegram.goSilent();
      const outcomes = [faultOf(connection.getMe()), faultOf(other.connect())];
      await other.close();
      expect(await Promise.all(outcomes)).toEqual([{ kind: 'unreachable' }, { kind: 'unreachable' }]);
      expect(await faultOf(connection.getMe())).toEqual({ kind: 'unreachable' });
    });
  });
}
