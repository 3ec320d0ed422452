import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import type { TelegramConnection } from '../../src/telegram/gateway.js';
import { callDeadlineMs, connectDeadlineMs, engines, useEngineOnSandbox } from '../support/engine-on-sandbox.js';
import { codeOf, failureOf, detailsOf, logIn, magicPassword, numberOf, tokenOf } from '../support/magic-logins.js';
import { startSilentServer } from '../support/silent-server.js';
import { startSocksServer } from '../support/socks-server.js';

/** What each engine logs when a connection breaks, and when it opens it no more by itself. */
const breaks = { gramjs: 'Connection closed while receiving data', mtcute: 'telegram connection ended' };
const abandons = { gramjs: 'connection abandoned', mtcute: 'telegram connection ended' };

const remedies = {
  gramjs: 'set telegram.engine to mtcute and restart; logins continue',
  mtcute: 'update Gangway',
};

describe.each(engines)('%s', (engine) => {
  const telegram = useEngineOnSandbox(engine);

  describe('a key exchange that fails', () => {
    const spoil = (times: number) =>
      telegram.sandbox.control.addFault({
        kind: 'rpc_error',
        method: 'set_client_DH_params',
        code: 0,
        message: '',
        times,
      });

    it.each([1, 3])('is repeated without the caller noticing (%i times)', async (times) => {
      spoil(times);
      const connection = await telegram.loggedIn('9996610001');
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996610001');
      const complaints = telegram.logger.lines.filter(({ fields }) =>
        String(fields.text).includes('hash of the new nonce'),
      );
      expect(complaints).toHaveLength(times);
    });

    it('is repeated in a migration too', async () => {
      const connection = await telegram.createGateway().connect();
      spoil(1);
      await logIn(connection, '9996620001');
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996620001');
    });

    it('is not repeated for ever', async () => {
      spoil(100);
      expect(await detailsOf(telegram.createGateway().connect())).toEqual({ kind: 'unreachable' });
    });
  });

  describe('time', () => {
    it('has a time limit in a connect, which leaves no socket behind', async () => {
      const server = await startSilentServer();
      try {
        const gateway = telegram.createGateway({ dataCentres: [{ id: 2, ip: '127.0.0.1', port: server.port }] });
        const outcome = detailsOf(gateway.connect());
        await server.firstTaken;
        await telegram.clock.advance(connectDeadlineMs - 1);
        await telegram.clock.advance(1);
        expect(await outcome).toEqual({ kind: 'unreachable' });
        await server.allClosed();
        expect(server.taken()).toBe(1);
      } finally {
        await server.stop();
      }
    });

    it('has a time limit in a call, after which the connection cannot be used', async () => {
      const connection = await telegram.loggedIn('9996610010');
      const lift = telegram.sandbox.control.addFault({ kind: 'silent', method: 'users.getUsers' });
      let settled = false;
      const outcome = detailsOf(connection.getMe()).finally(() => (settled = true));
      await telegram.clock.advance(callDeadlineMs - 1);
      expect(settled).toBe(false);
      await telegram.clock.advance(1);
      expect(await outcome).toEqual({ kind: 'unreachable' });
      lift();
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'unreachable' });
    });

    it('is not spent sleeping through a flood wait', async () => {
      const connection = await telegram.loggedIn('9996610011');
      telegram.sandbox.control.addFault({ kind: 'rpc_error', code: 420, message: 'FLOOD_WAIT_1', times: 1 });
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'flood_wait', retryAfterMs: 1_000 });
      telegram.sandbox.control.addFault({ kind: 'rpc_error', code: 420, message: 'FLOOD_WAIT_0', times: 1 });
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'flood_wait', retryAfterMs: 1_000 });
    });
  });

  describe('a network that fails', () => {
    it('is an error', async () => {
      const server = await startSilentServer();
      await server.stop();
      const gateway = telegram.createGateway({ dataCentres: [{ id: 2, ip: '127.0.0.1', port: server.port }] });
      const failure = await failureOf(gateway.connect());
      expect(failure.details).toEqual({ kind: 'unreachable' });
    });

    it('only delays a call if the connection drops in the middle of the answer', async () => {
      const connection = await telegram.loggedIn('9996610020');
      telegram.sandbox.control.addFault({ kind: 'drop', method: 'users.getUsers', times: 1 });
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996610020');
    });

    it.each([
      ['auth.sendCode', (connection: TelegramConnection) => connection.sendCode(numberOf('9996610023'))],
      ['auth.importBotAuthorization', (connection: TelegramConnection) => connection.signInBot(tokenOf('2000010023'))],
    ] as const)('ends a call that must not be repeated (%s)', async (method, call) => {
      const connection = await telegram.createGateway().connect();
      telegram.sandbox.control.addFault({ kind: 'drop', method, times: 1 });
      expect(await detailsOf(call(connection))).toEqual({ kind: 'unreachable' });
      // The connection is opened again for the next call, which no other call waits behind.
      await connection.getMe().catch(() => undefined);
      expect(telegram.sandbox.control.calls().filter((made) => made.method === method)).toHaveLength(1);
    });

    it('does not end a call that must not be repeated if it was not sent yet', async () => {
      const connection = await telegram.createGateway().connect();
      telegram.sandbox.control.cutConnections();
      await telegram.logger.line(breaks[engine]);
      expect((await connection.sendCode(numberOf('9996610024'))).length).toBe(5);
    });

    it('is not noticed if it fails and recovers while the connection is idle', async () => {
      const connection = await telegram.loggedIn('9996610021');
      telegram.sandbox.control.addFault({ kind: 'refuse' });
      telegram.sandbox.control.cutConnections();
      await telegram.logger.line(abandons[engine]);
      telegram.sandbox.control.clearFaults();
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996610021');
    });

    it('leaves the session unchanged if a migration does not complete', async () => {
      const connection = await telegram.createGateway().connect();
      const before = connection.session;
      telegram.sandbox.control.addFault({ kind: 'refuse', dc: 2 });
      const outcome = detailsOf(connection.sendCode(numberOf('9996620022')));
      await telegram.logger.line(abandons[engine]);
      expect(await outcome).toEqual({ kind: 'unreachable' });
      expect(connection.session.equals(before)).toBe(true);
    });
  });

  describe('a request of Telegram to the client', () => {
    const refuse = (code: number, message: string, method: string, times: number) =>
      telegram.sandbox.control.addFault({ kind: 'rpc_error', code, message, method, times });

    it('to begin the login again is fulfilled once', async () => {
      const connection = await telegram.createGateway().connect();
      refuse(500, 'AUTH_RESTART', 'auth.sendCode', 1);
      expect((await connection.sendCode(numberOf('9996610030'))).length).toBe(5);
      refuse(500, 'AUTH_RESTART_7', 'auth.sendCode', 2);
      expect(await detailsOf(connection.sendCode(numberOf('9996610030')))).toEqual({ kind: 'unreachable' });
    });

    it('to fetch the parameters of the password check again is fulfilled once', async () => {
      const connection = await telegram.createGateway().connect();
      const sent = await connection.sendCode(numberOf('9996611030'));
      await connection.signIn(numberOf('9996611030'), sent.phoneCodeHash, codeOf('9996611030'));
      refuse(400, 'SRP_ID_INVALID', 'auth.checkPassword', 1);
      expect((await connection.checkPassword(magicPassword)).phone?.reveal()).toBe('+9996611030');
    });

    it('to use another api_id is a rejection of the daemon, not of the user', async () => {
      const connection = await telegram.createGateway({ apiId: 2_147_483_647 }).connect();
      expect(await detailsOf(connection.sendCode(numberOf('9996610031')))).toEqual({ kind: 'client_rejected' });
    });

    it('to initialize the connection, again and again, is fulfilled a few times', async () => {
      const connection = await telegram.loggedIn('9996610038');
      refuse(400, 'CONNECTION_NOT_INITED', 'users.getUsers', 100);
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'unreachable' });
      const calls = telegram.sandbox.control.calls().filter(({ method }) => method === 'users.getUsers');
      expect(calls.length).toBeLessThanOrEqual(4);
      telegram.sandbox.control.clearFaults();
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996610038');
    });

    it('that is unknown is named in the fault', async () => {
      const connection = await telegram.loggedIn('9996610032');
      refuse(400, 'SOMETHING_ODD', 'users.getUsers', 1);
      const failure = await failureOf(connection.getMe());
      expect(failure.details).toEqual({ kind: 'unknown_error', name: 'SOMETHING_ODD' });
      expect(failure.cause).toMatchObject({ name: 'RPCError', message: expect.stringContaining('SOMETHING_ODD') });
    });

    it('to move to an unconfigured data centre has its number in the cause only', async () => {
      const [first] = telegram.sandbox.dataCentres;
      const gateway = telegram.createGateway({ dataCentres: first === undefined ? [] : [first] });
      const connection = await gateway.connect();
      const before = connection.session;
      const failure = await failureOf(connection.sendCode(numberOf('9996620033')));
      expect(failure.details).toEqual({ kind: 'unreachable' });
      expect(failure.cause).toMatchObject({ message: expect.stringContaining('data centre 2') });
      expect(connection.session.equals(before)).toBe(true);
    });

    it('to move to another data centre, which then refuses, leaves the new session', async () => {
      const connection = await telegram.createGateway().connect();
      const before = connection.session;
      refuse(400, 'PHONE_NUMBER_BANNED', 'auth.sendCode', 1);
      refuse(303, 'PHONE_MIGRATE_2', 'auth.sendCode', 1);
      expect(await detailsOf(connection.sendCode(numberOf('9996620034')))).toEqual({ kind: 'phone_number_banned' });
      expect(connection.session.equals(before)).toBe(false);
      const { session } = connection;
      await connection.destroy();
      const again = await telegram.createGateway().connect(session);
      expect((await again.sendCode(numberOf('9996620034'))).length).toBe(5);
      const dataCentres = telegram.sandbox.control.calls().filter(({ method }) => method === 'auth.sendCode');
      expect(dataCentres.map(({ dc }) => dc)).toEqual([1, 2, 2]);
    });

    it.each(['USER_MIGRATE_2', 'NETWORK_MIGRATE_2', 'PHONE_MIGRATE_2'])(
      'to move an account to another data centre keeps the logged-in session (%s)',
      async (message) => {
        const connection = await telegram.loggedIn('9996610035');
        const before = connection.session;
        refuse(303, message, 'users.getUsers', 1);
        expect((await failureOf(connection.getMe())).details.kind).not.toBe('session_dead');
        expect(connection.session.equals(before)).toBe(true);
        expect((await connection.getMe()).phone?.reveal()).toBe('+9996610035');
      },
    );

    it('to move from one data centre to the next without end is limited', async () => {
      const connection = await telegram.createGateway().connect();
      refuse(303, 'USER_MIGRATE_2', 'auth.sendCode', 100);
      expect((await failureOf(connection.sendCode(numberOf('9996620036')))).details.kind).toBe('unreachable');
      refuse(303, 'USER_MIGRATE_3', 'auth.importBotAuthorization', 100);
      const keep = async () => undefined;
      expect((await failureOf(connection.signInBot(tokenOf('2000020036'), keep))).details.kind).toBe('unreachable');
      const calls = telegram.sandbox.control.calls().filter(({ method }) => method.startsWith('auth.'));
      expect(calls.length).toBeLessThanOrEqual(6);
    });

    it('to move to a data centre without an address is a fault', async () => {
      const proxy = await startSocksServer({
        username: 'me',
        password: 'open sesame',
        portFor: () => telegram.sandbox.dataCentres[0]?.port ?? 0,
      });
      try {
        const gateway = telegram.createGateway({
          proxy: {
            type: 'socks5',
            address: '127.0.0.1',
            port: proxy.port,
            username: 'me',
            password: new Secret('open sesame'),
          },
          dataCentres: [],
        });
        const connection = await gateway.connect();
        refuse(303, 'PHONE_MIGRATE_9', 'auth.sendCode', 1);
        const failure = await failureOf(connection.sendCode(numberOf('9996610033')));
        expect(failure.details).toEqual({ kind: 'unreachable' });
        expect(failure.cause).toMatchObject({ message: expect.stringContaining('data centre 9') });
      } finally {
        await proxy.stop();
      }
    });

    it('to update the client is a rejection of the daemon', async () => {
      refuse(406, 'UPDATE_APP_TO_LOGIN', 'auth.sendCode', 1);
      const gateway = telegram.createGateway();
      const begin = async () => (await gateway.connect()).sendCode(numberOf('9996610037'));
      expect(await detailsOf(begin())).toEqual({ kind: 'client_rejected' });
      expect(telegram.logger.lines).toContainEqual({
        level: 'error',
        message: 'telegram client outdated',
        fields: { engine, name: 'UPDATE_APP_TO_LOGIN', remedy: remedies[engine] },
      });
      expect((await begin()).length).toBe(5);
    });
  });

  describe('a session', () => {
    it('of an unconfigured network is not used', async () => {
      const { session } = await telegram.loggedIn('9996620040');
      const [first] = telegram.sandbox.dataCentres;
      const gateway = telegram.createGateway({ dataCentres: first === undefined ? [] : [first] });
      expect(await detailsOf(gateway.connect(session))).toEqual({ kind: 'unreachable' });
    });

    it('costs one request when it is reopened for a call, and one when the connection broke', async () => {
      const before = await telegram.loggedIn('9996610041');
      const { session } = before;
      await before.destroy();
      const connection = await telegram.createGateway().connect(session);
      const methodsOf = async (work: () => Promise<unknown>) => {
        const { length } = telegram.sandbox.control.calls();
        await work();
        return telegram.sandbox.control
          .calls()
          .slice(length)
          .map(({ method }) => method);
      };
      expect(await methodsOf(() => connection.getMe())).toEqual(['users.getUsers']);
      expect(await methodsOf(() => connection.contacts())).toEqual(['contacts.getContacts']);
      telegram.sandbox.control.cutConnections();
      expect(await methodsOf(() => connection.getMe())).toEqual(['users.getUsers']);
    });

    it('is dead if it holds no key', async () => {
      expect(await detailsOf(telegram.createGateway().connect(new Secret('nonsense')))).toMatchObject({
        kind: 'session_dead',
      });
    });
  });

  it('opens no connection after its gateway was closed', async () => {
    const gateway = telegram.createGateway();
    await gateway.close();
    expect(await detailsOf(gateway.connect())).toEqual({ kind: 'unreachable' });
  });
});
