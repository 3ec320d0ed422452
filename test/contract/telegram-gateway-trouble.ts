import { describe, expect, it } from 'vitest';
import { anotherTurn } from '../support/another-turn.js';
import { codeOf, detailsOf, numberOf } from '../support/magic-logins.js';
import type { GatewayContext } from './telegram-gateway.js';

/** Advances the clock until `outcome` settles. */
async function advanceUntil(outcome: Promise<unknown>, advance: () => Promise<void>): Promise<void> {
  const settled = outcome.then(
    () => true,
    () => true,
  );
  for (;;) {
    await advance();
    if (await Promise.race([settled, anotherTurn().then(() => false)])) return;
  }
}

/** How sessions and connections end and fail. */
export function describeTrouble(context: GatewayContext): void {
  describe('a session', () => {
    it('survives its connection', async () => {
      const connection = await context.logIn('9996610010');
      const user = await connection.getMe();
      expect(await (await context.reconnect(connection)).getMe()).toEqual(user);
    });

    it('is dead after logging out', async () => {
      const connection = await context.logIn('9996610011');
      const { session } = connection;
      await connection.logOut();
      await connection.destroy();
      expect(await detailsOf(context.use(session))).toEqual({ kind: 'session_dead', reason: 'revoked' });
    });

    it('without a user is dead', async () => {
      const connection = await context.connect();
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'session_dead', reason: 'revoked' });
    });

    it('that still requires the password has no user', async () => {
      const { connection, sent } = await context.askForCode('9996611015');
      await connection.signIn(numberOf('9996611015'), sent.phoneCodeHash, codeOf('9996611015'));
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'session_dead', reason: 'revoked' });
    });

    it('is dead if the account was deactivated', async () => {
      const connection = await context.logIn('9996613700');
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'session_dead', reason: 'deactivated' });
    });

    it.each(['revoked', 'expired', 'deactivated', 'duplicated', 'auth_key_forgotten'] as const)(
      'that Telegram ended is dead, with the reason (%s)',
      async (reason) => {
        const connection = await context.logIn('9996610012');
        context.telegram.endSessions('9996610012', reason);
        expect(await detailsOf(connection.getMe())).toEqual({ kind: 'session_dead', reason });
        const { session } = connection;
        await connection.destroy();
        expect(await detailsOf(context.use(session))).toEqual({ kind: 'session_dead', reason });
      },
    );

    it('that Telegram ended can be logged out', async () => {
      const connection = await context.logIn('9996610013');
      context.telegram.endSessions('9996610013', 'revoked');
      await expect(connection.logOut()).resolves.toBeUndefined();
    });

    it('that Telegram ended in the middle of a login is dead', async () => {
      const { connection, sent } = await context.askForCode('9996610014');
      context.telegram.endSessions('9996610014', 'auth_key_forgotten');
      const result = connection.signIn(numberOf('9996610014'), sent.phoneCodeHash, codeOf('9996610014'));
      expect(await detailsOf(result)).toEqual({ kind: 'session_dead', reason: 'auth_key_forgotten' });
    });
  });

  describe('Telegram out of reach', () => {
    it('fails a connect as unreachable, and a later one succeeds', async () => {
      context.telegram.goDown();
      expect(await detailsOf(context.connect())).toEqual({ kind: 'unreachable' });
      context.telegram.comeBack();
      expect((await context.askForCode('9996610020')).sent.length).toBe(5);
    });

    it('fails a connect on a saved session, or its first call, as unreachable; the session works later', async () => {
      const connection = await context.logIn('9996610021');
      const { session } = connection;
      await connection.destroy();
      context.telegram.goDown();
      expect(await detailsOf(context.use(session))).toEqual({ kind: 'unreachable' });
      context.telegram.comeBack();
      expect((await context.use(session)).phone?.reveal()).toBe('+9996610021');
    });

    it('fails a call as unreachable, and the session works later', async () => {
      const connection = await context.logIn('9996610022');
      const { session } = connection;
      context.telegram.goDown();
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'unreachable' });
      await connection.destroy();
      context.telegram.comeBack();
      expect((await context.use(session)).phone?.reveal()).toBe('+9996610022');
    });
  });

  describe('Telegram that does not answer', () => {
    it('fails a connect at the deadline, and a later one succeeds', async () => {
      context.telegram.goSilent();
      const outcome = detailsOf(context.connect());
      await context.telegram.advance(context.telegram.connectDeadlineMs);
      expect(await outcome).toEqual({ kind: 'unreachable' });
      context.telegram.comeBack();
      expect((await context.askForCode('9996610030')).sent.length).toBe(5);
    });

    it('fails a connect on a saved session, or its first call, at the deadline; the session works later', async () => {
      const connection = await context.logIn('9996610032');
      const { session } = connection;
      await connection.destroy();
      context.telegram.goSilent();
      const outcome = detailsOf(context.use(session));
      // The deadline of the call begins when the connection is open.
      await advanceUntil(outcome, () => context.telegram.advance(context.telegram.connectDeadlineMs));
      expect(await outcome).toEqual({ kind: 'unreachable' });
      context.telegram.comeBack();
      expect((await context.use(session)).phone?.reveal()).toBe('+9996610032');
    });

    it('fails a call at the deadline, and the session works later', async () => {
      const connection = await context.logIn('9996610031');
      const { session } = connection;
      context.telegram.goSilent();
      const outcome = detailsOf(connection.getMe());
      await context.telegram.advance(context.telegram.callDeadlineMs);
      expect(await outcome).toEqual({ kind: 'unreachable' });
      await connection.destroy();
      context.telegram.comeBack();
      expect((await context.use(session)).phone?.reveal()).toBe('+9996610031');
    });
  });

  describe('a connection', () => {
    it('fails its pending calls as unreachable when it is destroyed, and can be destroyed twice', async () => {
      const connection = await context.logIn('9996610040');
      context.telegram.goSilent();
      const outcome = detailsOf(connection.getMe());
      await Promise.all([connection.destroy(), connection.destroy()]);
      expect(await outcome).toEqual({ kind: 'unreachable' });
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'unreachable' });
    });

    it('is independent of other connections, with a session of its own', async () => {
      const digits = Array.from({ length: 8 }, (_, index) => `999661005${index}`);
      const connections = await Promise.all(digits.map((one) => context.logIn(one)));
      const users = await Promise.all(connections.map((connection) => connection.getMe()));
      expect(users.map((user) => user.phone?.reveal())).toEqual(digits.map((one) => `+${one}`));
    });
  });

  it('settles all pending calls when it is closed', async () => {
    const other = context.telegram.createGateway();
    const connection = await other.connect();
    context.telegram.goSilent();
    const outcomes = [detailsOf(connection.getMe()), detailsOf(other.connect())];
    await other.close();
    expect(await Promise.all(outcomes)).toEqual([{ kind: 'unreachable' }, { kind: 'unreachable' }]);
    expect(await detailsOf(connection.getMe())).toEqual({ kind: 'unreachable' });
  });
}
