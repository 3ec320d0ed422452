import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alice, bob, startProvisioning, type Provisioning } from '../../support/provisioning.js';
import { zeroCodeAccount } from '../../support/zero-code-telegram.js';
import { botToken, code, logIn, password, phones, take } from './operations.js';

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

const step = (name: string, body: unknown, mxid: string = alice) => api.call('POST', `/login/${mxid}/${name}`, body);

describe('a login', () => {
  it('by phone requires a code', async () => {
    const requested = await step('request_code', { phone: phones.plain });
    expect(requested.status).toBe(200);
    expect(requested.text).toBe('{"state":"code","message":"Code requested successfully."}');

    const sent = await step('send_code', { code });
    expect(sent.status).toBe(200);
    expect(sent.text).toBe('{"state":"logged-in","username":"magic_2_0234"}');

    const me = await api.call('GET', `/${alice}/get_me`);
    expect(me.status).toBe(200);
    expect(me.text).toBe(
      '{"username":"magic_2_0234","first_name":"Magic","last_name":"0234","phone":"9996620234","is_bot":false,"id":"9996620234"}',
    );
  });

  it('with two-factor authentication also requires the password, and accepts it after a wrong one', async () => {
    await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
    const accepted = await step('send_code', { code });
    expect(accepted.status).toBe(202);
    expect(accepted.text).toBe(
      '{"state":"password","message":"Code accepted, but you have 2-factor authentication is enabled."}',
    );
    expect((await step('send_password', { password: ` ${password}` })).json).toMatchObject({
      errcode: 'password_invalid',
    });
    const sent = await step('send_password', { password });
    expect(sent.status).toBe(200);
    expect(sent.text).toBe('{"state":"logged-in","username":"magic_2_1234"}');
  });

  it('of a bot requires its token', async () => {
    const sent = await step('bot_token', { token: botToken });
    expect(sent.status).toBe(200);
    const me = await api.call('GET', `/${alice}/get_me`);
    expect(me.json).toMatchObject({ username: sent.json['username'], phone: null, last_name: null, is_bot: true });
  });

  it('of an account without a username has null in every reply', async () => {
    await take(api, alice, 'request_code', { phone: phones.withoutUsername }, 200);
    expect((await step('send_code', { code })).text).toBe('{"state":"logged-in","username":null}');
    expect((await step('request_code', { phone: phones.plain })).json).toMatchObject({ username: null });
    expect((await api.call('GET', `/${alice}/get_me`)).json).toMatchObject({ username: null });
  });

  it.each([
    ['a string', '"22222"'],
    ['an integer', '22222'],
    ['a number with a fraction of zero', '22222.0'],
    ['a string with blanks', '" 22 222 "'],
  ])('accepts the code as %s', async (_, literal) => {
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    const reply = await api.send({
      method: 'POST',
      path: `/login/${alice}/send_code`,
      headers: { authorization: 'Bearer an older secret, still valid' },
      body: `{"code": ${literal}}`,
    });
    expect(reply.status).toBe(200);
  });

  it('restores the leading zeros that a code has lost as an integer', async () => {
    await take(api, alice, 'request_code', { phone: zeroCodeAccount.phone }, 200);
    expect((await step('send_code', { code: Number(zeroCodeAccount.code) })).status).toBe(200);
  });

  it.each([1.5, -1, ['22222'], { code: '22222' }, true, null, '', ' '])('treats %j as no code', async (given) => {
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    const reply = await step('send_code', { code: given });
    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ state: 'code', errcode: 'phone_code_missing' });
    expect(api.telegram.calls('signIn')).toBe(0);
  });

  it.each([5, true, ['x'], {}, null, ''])('treats %j as no password', async (given) => {
    await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
    await take(api, alice, 'send_code', { code }, 202);
    const reply = await step('send_password', { password: given });
    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ state: 'password', errcode: 'password_empty' });
    expect(api.telegram.calls('checkPassword')).toBe(0);
  });

  it.each([9996620234, '+9996620234', ' +999 (66) 20-234 ', '9996620234'])(
    'takes %j for a phone number',
    async (phone) => {
      expect((await step('request_code', { phone })).status).toBe(200);
    },
  );

  it.each([1.5, 1e30, -1, true, ['+9996620234'], {}, null, '', '  ', 'abc'])(
    'takes %j for no phone number, not even for the one before',
    async (phone) => {
      await take(api, alice, 'request_code', { phone: phones.plain }, 200);
      const reply = await step('request_code', { phone });
      expect(reply.status).toBe(400);
      expect(reply.json).toMatchObject({ state: 'request', errcode: 'phone_number_invalid' });
      expect(api.telegram.sentCodes()).toHaveLength(1);
    },
  );

  it.each([5, true, ['x'], {}, null, '', ' '])('treats %j as no bot token', async (token) => {
    const reply = await step('bot_token', { token });
    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ state: 'token', errcode: 'bot_token_missing' });
    expect(api.telegram.calls('connect')).toBe(0);
  });

  it('reports that a code is on its way until another can be sent', async () => {
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    await api.clock.advance(20_500);
    const again = await step('request_code', { phone: phones.plain });
    expect(again.status).toBe(200);
    expect(again.json).toEqual({
      state: 'code',
      message: 'A code is already on its way. You can request another one in 40 seconds.',
    });
    expect(api.telegram.sentCodes()).toHaveLength(1);
    await api.clock.advance(40_000);
    expect((await step('request_code', { phone: phones.plain })).json).toEqual({
      state: 'code',
      message: 'Code requested successfully.',
    });
    expect(api.telegram.sentCodes()).toHaveLength(2);
  });

  it('stores a flood wait and counts it down without a request to Telegram', async () => {
    api.telegram.fail('sendCode', { kind: 'flood_wait', retryAfterMs: 90_000 });
    await take(api, alice, 'request_code', { phone: phones.plain }, 429);
    await api.clock.advance(30_500);
    const reply = await step('request_code', { phone: phones.plain });
    expect(reply.status).toBe(429);
    expect(reply.headers['retry-after']).toBe('60');
    expect(reply.json).toMatchObject({ errcode: 'flood_wait', retry_after: 60 });
    expect(api.telegram.calls('sendCode')).toBe(1);
  });

  it('is one per Matrix user', async () => {
    await logIn(api, alice);
    await take(api, bob, 'request_code', { phone: phones.withPassword }, 200);
    expect((await step('send_code', { code: '33333' }, bob)).json).toMatchObject({ errcode: 'phone_code_invalid' });
    expect((await api.call('GET', `/${bob}/get_me`)).json).toEqual({
      error: 'You are not logged in.',
      errcode: 'not_logged_in',
    });
  });

  it('can be repeated after Telegram has ended it', async () => {
    await logIn(api, alice);
    api.telegram.endSessions('revoked');
    await logIn(api, alice);
    expect((await api.call('GET', `/${alice}/get_me`)).status).toBe(200);
  });
});
