import { describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import { magicCodes, magicEmailPattern, magicPasswords } from '../../src/sandbox/world/magic.js';
import { codeOf, detailsOf, magicPassword, numberOf, tokenOf } from '../support/magic-logins.js';
import type { GatewayContext } from './telegram-gateway.js';

const awkwardPassword = new Secret(magicPasswords.awkward_password.password);

/** Logging in, in every way of the port. */
export function describeLogins(context: GatewayContext): void {
  describe('a login by phone', () => {
    it('reports how the code is sent, and afterwards which user is logged in', async () => {
      const phone = numberOf('9996610001');
      const { connection, sent } = await context.askForCode('9996610001');
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

    it('accepts an account without a username', async () => {
      const connection = await context.logIn('9996612000');
      expect(await connection.getMe()).toMatchObject({ username: null, isBot: false });
    });

    it('accepts the right code after a wrong one', async () => {
      const phone = numberOf('9996610002');
      const { connection, sent } = await context.askForCode('9996610002');
      const wrong = connection.signIn(phone, sent.phoneCodeHash, new Secret('54321'));
      expect(await detailsOf(wrong)).toEqual({ kind: 'phone_code_invalid' });
      const right = await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996610002'));
      expect(right.kind).toBe('authorized');
    });

    it('continues with the same code on a new connection', async () => {
      const { connection, sent } = await context.askForCode('9996610003');
      const again = await context.reconnect(connection);
      const result = await again.signIn(numberOf('9996610003'), sent.phoneCodeHash, codeOf('9996610003'));
      expect(result.kind).toBe('authorized');
    });

    it('moves to the data centre of the account, and its session with it', async () => {
      const connection = await context.connect();
      const before = connection.session;
      const sent = await connection.sendCode(numberOf('9996620004'));
      expect(connection.session.equals(before)).toBe(false);
      const again = await context.reconnect(connection);
      const result = await again.signIn(numberOf('9996620004'), sent.phoneCodeHash, codeOf('9996620004'));
      expect(result.kind).toBe('authorized');
      expect((await again.getMe()).phone?.reveal()).toBe('+9996620004');
    });

    it('reports an unknown code hash', async () => {
      const { connection } = await context.askForCode('9996610005');
      const result = connection.signIn(numberOf('9996610005'), new Secret('nothing'), codeOf('9996610005'));
      expect(await detailsOf(result)).toEqual({ kind: 'phone_code_expired' });
    });

    it.each([
      ['9996613000', { kind: 'phone_number_banned' }],
      ['9996613200', { kind: 'phone_number_app_signup_forbidden' }],
      ['9996613304', { kind: 'flood_wait', retryAfterMs: 5_000 }],
      ['9996613400', { kind: 'phone_number_flood' }],
      ['9996613800', { kind: 'phone_number_flood' }],
      ['4915112345', { kind: 'phone_number_invalid' }],
      ['9996614000', { kind: 'login_email_required' }],
      ['9996614020', { kind: 'payment_required' }],
      ['9996614100', { kind: 'code_unavailable' }],
      ['9996614110', { kind: 'code_unavailable' }],
      ['9996614120', { kind: 'code_unavailable' }],
      ['9996614130', { kind: 'code_unavailable' }],
      ['9996614140', { kind: 'account_frozen' }],
      ['9996614150', { kind: 'client_rejected' }],
      ['9996614160', { kind: 'unreachable' }],
      ['9996614170', { kind: 'flood_wait', retryAfterMs: 60_000 }],
      ['9996614180', { kind: 'unknown_error', name: 'SANDBOX_REFUSAL' }],
    ] as const)('gets no code for %s: %o', async (digits, fault) => {
      const connection = await context.connect();
      expect(await detailsOf(connection.sendCode(numberOf(digits)))).toEqual(fault);
    });

    it.each([
      ['9996613100', { kind: 'phone_number_unoccupied' }],
      ['9996613500', { kind: 'phone_code_expired' }],
      ['9996613600', { kind: 'phone_code_invalid' }],
      ['9996614200', { kind: 'session_dead', reason: 'deactivated' }],
      ['9996614210', { kind: 'session_dead', reason: 'deactivated' }],
      ['9996614220', { kind: 'unknown_error', name: 'SANDBOX_REFUSAL' }],
    ] as const)('is refused with the right code for %s: %o', async (digits, fault) => {
      const { connection, sent } = await context.askForCode(digits);
      const result = connection.signIn(numberOf(digits), sent.phoneCodeHash, codeOf(digits));
      expect(await detailsOf(result)).toEqual(fault);
    });
  });

  describe('a code that is sent in another way', () => {
    it.each([
      ['9996614010', { delivery: 'email', length: 5, hint: magicEmailPattern, nextDelivery: null }, '11111'],
      ['9996614030', { delivery: 'sms_word', length: null, hint: 'm' }, magicCodes.word_code.code],
      ['9996614040', { delivery: 'sms_phrase', length: null, hint: 'two' }, magicCodes.phrase_code.code],
      ['9996614050', { delivery: 'fragment', length: 5, hint: null }, '11111'],
    ] as const)('logs %s in that way: %o', async (digits, way, code) => {
      const { connection, sent } = await context.askForCode(digits);
      expect(sent).toMatchObject(way);
      const signIn = (text: string) =>
        connection.signIn(numberOf(digits), sent.phoneCodeHash, new Secret(text), undefined, sent.delivery);
      expect(await detailsOf(signIn('wrong'))).toEqual({ kind: 'phone_code_invalid' });
      expect((await signIn(code)).kind).toBe('authorized');
    });

    it('to an e-mail address is not reported as a code by phone', async () => {
      const { connection, sent } = await context.askForCode('9996614011');
      const astray = connection.signIn(numberOf('9996614011'), sent.phoneCodeHash, new Secret('11111'));
      expect(await detailsOf(astray)).toEqual({ kind: 'phone_code_invalid' });
    });
  });

  describe('a code that is requested again', () => {
    it('comes by the next way, and is valid; then there is no other way', async () => {
      const phone = numberOf('9996610006');
      const { connection, sent } = await context.askForCode('9996610006');
      const again = await connection.resendCode(phone, sent.phoneCodeHash);
      expect(again).toMatchObject({ delivery: 'sms', length: 5, nextDelivery: null });
      const hash = again?.phoneCodeHash ?? expect.unreachable();
      expect(await connection.resendCode(phone, hash)).toBeNull();
      expect((await connection.signIn(phone, hash, codeOf('9996610006'))).kind).toBe('authorized');
    });

    it('is expired if the hash is unknown', async () => {
      const { connection } = await context.askForCode('9996610007');
      const again = connection.resendCode(numberOf('9996610007'), new Secret('nothing'));
      expect(await detailsOf(again)).toEqual({ kind: 'phone_code_expired' });
    });
  });

  describe('a cloud password that is removed during the login', () => {
    it('is no longer required, and the same code logs in', async () => {
      const phone = numberOf('9996614060');
      const { connection, sent } = await context.askForCode('9996614060');
      const signIn = () => connection.signIn(phone, sent.phoneCodeHash, codeOf('9996614060'));
      expect((await signIn()).kind).toBe('password_needed');
      expect(await detailsOf(connection.checkPassword(magicPassword))).toEqual({ kind: 'password_not_set' });
      expect((await signIn()).kind).toBe('authorized');
    });
  });

  describe('a cloud password', () => {
    it('is required with its hint, rejected if wrong and accepted if right', async () => {
      const phone = numberOf('9996611000');
      const { connection, sent } = await context.askForCode('9996611000');
      expect(await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996611000'))).toEqual({
        kind: 'password_needed',
        hint: magicPasswords.password.hint,
      });
      expect(await detailsOf(connection.checkPassword(new Secret('wrong')))).toEqual({ kind: 'password_invalid' });
      const user = await connection.checkPassword(magicPassword);
      expect(user.phone?.equals(phone)).toBe(true);
      expect(await connection.getMe()).toEqual(user);
    });

    it('may have no hint, and any characters', async () => {
      const phone = numberOf('9996611900');
      const { connection, sent } = await context.askForCode('9996611900');
      expect(await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996611900'))).toEqual({
        kind: 'password_needed',
        hint: null,
      });
      expect((await connection.checkPassword(awkwardPassword)).phone?.equals(phone)).toBe(true);
    });

    it('is accepted on a new connection', async () => {
      const { connection, sent } = await context.askForCode('9996611001');
      await connection.signIn(numberOf('9996611001'), sent.phoneCodeHash, codeOf('9996611001'));
      const again = await context.reconnect(connection);
      expect((await again.checkPassword(magicPassword)).phone?.reveal()).toBe('+9996611001');
    });
  });

  describe('a login by bot token', () => {
    it.each(['2000010001', '2000020001'])('takes one step (%s)', async (number) => {
      const connection = await context.connect();
      const bot = await connection.signInBot(tokenOf(number), async () => undefined);
      expect(bot).toMatchObject({
        isBot: true,
        phone: null,
        lastName: null,
        username: expect.stringMatching(/bot$/),
      });
      const again = await context.reconnect(connection);
      expect(await again.getMe()).toEqual(bot);
    });

    it.each([
      ['2000010002', 0],
      ['2000020002', 1],
    ])('has its new session stored before it moves to another data centre (%s)', async (number, moves) => {
      const connection = await context.connect();
      const kept: Secret[] = [];
      await connection.signInBot(tokenOf(number), async (session) => void kept.push(session));
      expect(kept).toHaveLength(moves);
      for (const session of kept) expect(session.equals(connection.session)).toBe(true);
    });

    it('does not move to another data centre if its new session cannot be stored', async () => {
      const connection = await context.connect();
      expect(await detailsOf(connection.signInBot(tokenOf('2000020003')))).toEqual({ kind: 'unreachable' });
      const full = new Error('the disk is full');
      const other = await context.connect();
      await expect(other.signInBot(tokenOf('2000020003'), () => Promise.reject(full))).rejects.toBe(full);
      for (const each of [connection, other]) {
        const again = await context.reconnect(each);
        expect(await detailsOf(again.getMe())).toEqual({ kind: 'session_dead', reason: 'revoked' });
      }
    });

    it.each([
      ['2000011000', { kind: 'bot_token_expired' }],
      ['2000012000', { kind: 'bot_token_invalid' }],
    ] as const)('is refused for %s: %o', async (number, fault) => {
      const connection = await context.connect();
      expect(await detailsOf(connection.signInBot(tokenOf(number)))).toEqual(fault);
    });
  });
}
