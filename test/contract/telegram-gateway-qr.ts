import { describe, expect, it } from 'vitest';
import type { Secret } from '../../src/base/secret.js';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import type { TelegramConnection } from '../../src/telegram/gateway.js';
import { detailsOf, magicPassword } from '../support/magic-logins.js';
import type { GatewayContext } from './telegram-gateway.js';

/** Waits for an update, which may never come. */
const forever = new AbortController().signal;

async function showCode(connection: TelegramConnection): Promise<Secret> {
  const result = await connection.exportLoginToken();
  return result.kind === 'token' ? result.token.token : expect.unreachable(result.kind);
}

/** Returns whether an update has already come. */
function haveCome(news: Promise<void>): Promise<boolean> {
  return Promise.race([news.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

/** Logging in by QR code. */
export function describeQrLogins(context: GatewayContext): void {
  describe('a login by QR code', () => {
    it('has a code that is valid for about half a minute, and none before', async () => {
      const connection = await context.connect();
      const result = await connection.exportLoginToken();
      const { token, expiresAt } = result.kind === 'token' ? result.token : expect.unreachable();
      expect(token.reveal()).toMatch(/^[\w-]+$/);
      const lifeMs = expiresAt - context.telegram.now();
      expect(lifeMs).toBeGreaterThan(20_000);
      expect(lifeMs).toBeLessThanOrEqual(60_000);
    });

    it('reports that the code is scanned, and is then logged in', async () => {
      const connection = await context.connect();
      const token = await showCode(connection);
      const news = connection.loginTokenNews(forever);
      expect(await haveCome(news)).toBe(false);
      context.telegram.scan(token, '9996610060');
      await news;
      const result = await connection.exportLoginToken();
      expect(result).toMatchObject({ kind: 'authorized', user: { isBot: false } });
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996610060');
    });

    it('moves to the data centre of the account that scans it, and its session with it', async () => {
      const connection = await context.connect();
      const before = connection.session;
      context.telegram.scan(await showCode(connection), '9996620061');
      const moved = await connection.exportLoginToken();
      const { token } = moved.kind === 'accepted_elsewhere' ? moved : expect.unreachable(moved.kind);
      expect(connection.session.equals(before)).toBe(false);
      const again = await context.reconnect(connection);
      expect(await again.importLoginToken(token)).toMatchObject({ kind: 'authorized' });
      expect((await again.getMe()).phone?.reveal()).toBe('+9996620061');
    });

    it.each([
      ['9996611060', 'at the same data centre'],
      ['9996621061', 'at another one'],
    ])('requires the cloud password if there is one (%s, %s)', async (digits) => {
      const connection = await context.connect();
      context.telegram.scan(await showCode(connection), digits);
      const result = await connection.exportLoginToken();
      const end = result.kind === 'accepted_elsewhere' ? await connection.importLoginToken(result.token) : result;
      expect(end).toEqual({ kind: 'password_needed', hint: magicPasswords.password.hint });
      expect((await connection.checkPassword(magicPassword)).phone?.reveal()).toBe(`+${digits}`);
    });

    it('continues with the same session on a new connection', async () => {
      const connection = await context.connect();
      const token = await showCode(connection);
      const again = await context.reconnect(connection);
      context.telegram.scan(token, '9996610062');
      expect(await again.exportLoginToken()).toMatchObject({ kind: 'authorized' });
    });

    it('moves to another data centre from a new connection, too', async () => {
      const connection = await context.connect();
      const token = await showCode(connection);
      const again = await context.reconnect(connection);
      context.telegram.scan(token, '9996630065');
      const moved = await again.exportLoginToken();
      const { token: scanned } = moved.kind === 'accepted_elsewhere' ? moved : expect.unreachable(moved.kind);
      expect(await again.importLoginToken(scanned)).toMatchObject({ kind: 'authorized' });
    });

    it('reports an update if one may have been lost, because the connection broke', async () => {
      const connection = await context.connect();
      const token = await showCode(connection);
      const news = connection.loginTokenNews(forever);
      context.telegram.scanUnheard(token, '9996610063');
      await news;
      expect(await connection.exportLoginToken()).toMatchObject({ kind: 'authorized' });
    });

    it('reports an update on a connection that has requested no code', async () => {
      const connection = await context.connect();
      expect(await haveCome(connection.loginTokenNews(forever))).toBe(true);
    });

    it('keeps an update for a later wait', async () => {
      const connection = await context.connect();
      const news = connection.loginTokenNews(forever);
      const token = await showCode(connection);
      await news;
      const earlier = connection.loginTokenNews(forever);
      context.telegram.scan(token, '9996610064');
      await earlier;
      expect(await haveCome(connection.loginTokenNews(forever))).toBe(true);
    });

    it('waits until the wait is cancelled, or the connection is destroyed', async () => {
      const connection = await context.connect();
      await showCode(connection);
      const controller = new AbortController();
      const waits = [connection.loginTokenNews(controller.signal), connection.loginTokenNews(forever)];
      controller.abort();
      await waits[0];
      expect(await haveCome(waits[1] ?? expect.unreachable())).toBe(false);
      await connection.destroy();
      await Promise.all(waits);
      await connection.loginTokenNews(forever);
    });

    it('has no user while the code is not scanned', async () => {
      const connection = await context.connect();
      await showCode(connection);
      expect(await detailsOf(connection.getMe())).toEqual({ kind: 'session_dead', reason: 'revoked' });
    });
  });
}
