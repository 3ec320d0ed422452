import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { alice, bob, startProvisioning, type JsonReply, type Provisioning } from '../../support/provisioning.js';
import { botToken, code, password, phones } from '../provisioning-0.3.0/operations.js';

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

const fields = {
  phone: 'fi.mau.telegram.login.phone_number',
  code: 'fi.mau.telegram.login.code',
  password: 'fi.mau.telegram.login.password',
  token: 'fi.mau.telegram.login.bot_token',
} as const;

/** The parameters of a query that names the user. */
const as = (user: string, more = '') => `?user_id=${encodeURIComponent(user)}${more}`;

function start(flow: string, user: string = alice, more = ''): Promise<JsonReply> {
  return api.call('POST', `/v3/login/start/${flow}${as(user, more)}`, {});
}

/** Answers the step that `before` shows. */
function answer(before: JsonReply, value: unknown, { named = false } = {}): Promise<JsonReply> {
  const { login_id: loginId, step_id: stepId, txn_id: transaction } = before.json;
  const input = before.json['user_input'] as { readonly fields: readonly { readonly id: string }[] };
  const query = as(alice, named ? `&txn_id=${String(transaction)}` : '');
  return api.call('POST', `/v3/login/step/${String(loginId)}/${String(stepId)}/user_input${query}`, {
    [input.fields[0]?.id ?? '']: value,
  });
}

function wait(before: JsonReply, { named = false } = {}): Promise<JsonReply> {
  const { login_id: loginId, txn_id: transaction } = before.json;
  const query = as(alice, named ? `&txn_id=${String(transaction)}` : '');
  return api.call('POST', `/v3/login/step/${String(loginId)}/fi.mau.telegram.login.show_qr/display_and_wait${query}`);
}

/** The answer that comes when the code is over. */
async function over<T>(reply: Promise<T>): Promise<T> {
  await api.telegram.untilListening(1);
  await api.clock.advance(30_000);
  return reply;
}

function qrOf({ json }: JsonReply): Secret {
  return new Secret((json['display_and_wait'] as { readonly data: string }).data);
}

function scan(shown: JsonReply, phone: string): void {
  api.telegram.acceptLoginToken(qrOf(shown), PhoneNumber.parse(phone) ?? expect.fail('no phone number'));
}

describe('a login by phone', () => {
  it('requests the number and the code', async () => {
    const first = await start('phone');
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      login_id: expect.stringMatching(/^[\w-]{22}$/),
      type: 'user_input',
      step_id: fields.phone,
      txn_id: 'bls_1',
      instructions: '',
      user_input: {
        fields: [
          {
            type: 'phone_number',
            id: fields.phone,
            name: 'Phone number',
            description: 'Include the country code with +',
          },
        ],
        attachments: null,
      },
    });

    const second = await answer(first, phones.plain);
    expect(second.status).toBe(200);
    expect(second.json).toEqual({
      login_id: first.json['login_id'],
      type: 'user_input',
      step_id: fields.code,
      txn_id: 'bls_2',
      instructions: '',
      user_input: {
        fields: [
          {
            type: '2fa_code',
            id: fields.code,
            name: 'Code',
            description: 'The code was sent to the Telegram app on your phone',
          },
        ],
        attachments: null,
      },
      'gangway.code': { delivery: 'app', length: 5, next_delivery: 'sms', resend_after: 60, is_new: true },
    });

    const third = await answer(second, code);
    expect(third.status).toBe(200);
    expect(third.json).toEqual({
      login_id: first.json['login_id'],
      type: 'complete',
      step_id: 'fi.mau.telegram.login.complete',
      txn_id: 'bls_3',
      instructions: 'Successfully logged in as magic_2_0234 (`9996620234`)',
      complete: { user_login_id: '9996620234' },
    });
  });

  it('shows the code step again after a wrong code', async () => {
    const asked = await answer(await start('phone'), phones.plain);
    const again = await answer(asked, '33333');
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({
      step_id: 'fi.mau.telegram.login.code.incorrect',
      txn_id: 'bls_3',
      instructions: 'Incorrect code',
      user_input: { fields: [{ id: fields.code }] },
      'gangway.complaint': 'phone_code_invalid',
    });
    expect((await answer(again, code)).json['type']).toBe('complete');
  });

  it('requests the password with its hint, and again after a wrong one', async () => {
    const asked = await answer(await start('phone'), phones.withPassword);
    const next = await answer(asked, code);
    expect(next.json).toMatchObject({
      step_id: fields.password,
      instructions: 'You have two-factor authentication enabled.',
      user_input: { fields: [{ type: 'password', id: fields.password, name: 'Password' }] },
      'gangway.password_hint': 'an animal that is right',
    });
    const again = await answer(next, 'wrong');
    expect(again.json).toMatchObject({
      step_id: 'fi.mau.telegram.login.password.incorrect',
      instructions: 'Incorrect password',
      user_input: { fields: [{ id: fields.password }] },
    });
    expect((await answer(again, password)).json).toMatchObject({ type: 'complete' });
  });

  it('returns to the number if the code has expired', async () => {
    const asked = await answer(await start('phone'), phones.plain);
    api.telegram.expireCodes(PhoneNumber.parse(phones.plain) ?? expect.fail());
    const back = await answer(asked, code);
    expect(back.status).toBe(200);
    expect(back.json).toMatchObject({
      step_id: fields.phone,
      instructions: 'The code has expired. Please request a new one.',
      'gangway.complaint': 'phone_code_expired',
    });
    const anew = await answer(back, phones.plain);
    expect((await answer(anew, code)).json['type']).toBe('complete');
  });

  it('continues after an error of Telegram', async () => {
    const asked = await answer(await start('phone'), phones.plain);
    api.telegram.fail('signIn', { kind: 'unreachable' });
    expect((await answer(asked, code)).status).toBe(503);
    expect((await answer(asked, code)).json['type']).toBe('complete');
  });

  it('accepts an integer as the code and restores its leading zeros', async () => {
    const asked = await answer(await start('phone'), phones.plain);
    expect((await answer(asked, Number(code))).json['type']).toBe('complete');
  });
});

describe('a repeated answer with the same txn_id', () => {
  it('has an effect once and receives the same reply', async () => {
    const asked = await answer(await start('phone'), phones.withPassword, { named: true });
    const next = await answer(asked, code, { named: true });
    expect(next.json['step_id']).toBe(fields.password);
    expect((await answer(asked, code, { named: true })).json).toEqual(next.json);
    expect(api.telegram.calls('signIn')).toBe(1);
    const done = await answer(next, password, { named: true });
    expect(done.json['type']).toBe('complete');
    expect((await answer(next, password, { named: true })).json).toEqual(done.json);
    expect(api.telegram.calls('checkPassword')).toBe(1);
  });

  it('does not use another attempt with a wrong code', async () => {
    const asked = await answer(await start('phone'), phones.plain, { named: true });
    const again = await answer(asked, '33333', { named: true });
    expect((await answer(asked, '33333', { named: true })).json).toEqual(again.json);
    expect(api.telegram.calls('signIn')).toBe(1);
  });

  it('is M_BAD_STATE if the login has continued or never existed', async () => {
    const asked = await answer(await start('phone'), phones.withPassword);
    await answer(asked, code);
    for (const transaction of ['bls_1', 'bls_9', 'bls_0', 'nonsense']) {
      const path = `/v3/login/step/${String(asked.json['login_id'])}/${fields.code}/user_input`;
      const reply = await api.call('POST', `${path}${as(alice, `&txn_id=${transaction}`)}`, { [fields.code]: '44444' });
      expect(`${reply.status} ${String(reply.json['errcode'])}`).toBe('400 M_BAD_STATE');
    }
  });
});

describe('a login by QR code', () => {
  it('shows a code, then the next one, and completes when that is scanned', async () => {
    const first = await start('qr');
    expect(first.json).toEqual({
      login_id: expect.any(String),
      type: 'display_and_wait',
      step_id: 'fi.mau.telegram.login.show_qr',
      txn_id: 'bls_1',
      instructions: 'Scan the QR code on your phone to log in',
      display_and_wait: { type: 'qr', data: expect.stringMatching(/^tg:\/\/login\?token=[\w-]+$/) },
      'gangway.expires_in': 30,
    });
    const next = await over(wait(first));
    expect(next.json).toMatchObject({ step_id: 'fi.mau.telegram.login.show_qr', txn_id: 'bls_2' });
    expect(qrOf(next).equals(qrOf(first))).toBe(false);

    const waiting = wait(next);
    await api.telegram.untilListening(1);
    scan(next, phones.plain);
    const done = await waiting;
    expect(done.json).toMatchObject({ type: 'complete', complete: { user_login_id: '9996620234' } });
  });

  it('requests the password of the user who has scanned it', async () => {
    const first = await start('qr');
    const waiting = wait(first, { named: true });
    await api.telegram.untilListening(1);
    scan(first, phones.withPassword);
    const next = await waiting;
    expect(next.json).toMatchObject({ step_id: fields.password, 'gangway.password_hint': 'an animal that is right' });
    // A poll whose answer was lost comes again.
    expect((await wait(first, { named: true })).json).toEqual(next.json);
    expect((await answer(next, password)).json['type']).toBe('complete');
  });

  it('continues when its client disconnects', async () => {
    const first = await start('qr');
    scan(first, phones.plain);
    expect((await wait(first)).json['type']).toBe('complete');
  });

  it('does not delay a stopping server: waiting requests are answered', async () => {
    const first = await start('qr');
    const waiting = wait(first);
    await api.telegram.untilListening(1);
    await api.close();
    expect((await waiting).json).toMatchObject({ step_id: 'fi.mau.telegram.login.show_qr', txn_id: 'bls_1' });
    api = await startProvisioning();
  });
});

describe('a bot', () => {
  it('logs in with its token', async () => {
    const first = await start('bot');
    expect(first.json).toMatchObject({
      step_id: fields.token,
      user_input: { fields: [{ type: 'token', id: fields.token, pattern: String.raw`^\d+:[A-Za-z0-9_-]{35}$` }] },
    });
    expect((await answer(first, botToken)).json).toMatchObject({ complete: { user_login_id: '2000020234' } });
  });
});

describe('a pending login', () => {
  it.each(['user_input', 'display_and_wait', 'cookies', 'complete'])(
    'is not there for another user: %s',
    async (type) => {
      const first = await start(type === 'display_and_wait' ? 'qr' : 'phone');
      const { login_id: loginId, step_id: stepId } = first.json;
      const path = `/v3/login/step/${String(loginId)}/${String(stepId)}/${type}`;
      const reply = await api.call('POST', `${path}${as(bob)}`, { [fields.phone]: phones.plain });
      expect(`${reply.status} ${reply.text}`).toBe('404 {"errcode":"M_NOT_FOUND","error":"Login not found"}');
    },
  );

  it('can be cancelled by its own user only', async () => {
    const first = await start('phone');
    const cancel = (user: string) =>
      api.call('POST', `/v3/login/cancel/${String(first.json['login_id'])}${as(user)}`, {});
    expect((await cancel(bob)).status).toBe(404);
    expect((await cancel(alice)).text).toBe('{}');
    expect((await cancel(alice)).text).toBe('{}');
    const late = await answer(first, phones.plain);
    expect(`${late.status} ${String(late.json['errcode'])}`).toBe('410 FI.MAU.BRIDGE.LOGIN_CANCELLED');
  });

  it('has its code resent on request', async () => {
    const asked = await answer(await start('phone'), phones.plain);
    const resend = () => api.call('POST', `/v3/login/resend/${String(asked.json['login_id'])}${as(alice)}`);
    expect((await resend()).json['gangway.code']).toMatchObject({ delivery: 'app', is_new: false });
    await api.clock.advance(60_000);
    const again = await resend();
    expect(again.json['gangway.code']).toEqual({
      delivery: 'sms',
      length: 5,
      next_delivery: null,
      resend_after: 60,
      is_new: true,
    });
    expect(again.json['txn_id']).toBe(asked.json['txn_id']);
    expect((await answer(again, code)).json['type']).toBe('complete');
  });
});

describe('several Telegram accounts of one user', () => {
  async function logInTwice(): Promise<void> {
    await answer(await answer(await start('phone'), phones.plain), code);
    await api.clock.advance(1);
    await answer(await answer(await start('phone'), phones.withoutUsername), code);
  }

  it('are all listed by whoami and logins', async () => {
    await logInTwice();
    const { json } = await api.call('GET', `/v3/whoami${as(alice)}`);
    const state = { state_event: 'CONNECTED', timestamp: Math.floor(api.clock.now() / 1000) };
    expect(json['logins']).toEqual([
      {
        state_event: 'CONNECTED',
        state_ts: state.timestamp,
        state,
        id: '9996620234',
        name: 'magic_2_0234',
        profile: { phone: phones.plain, username: 'magic_2_0234', name: 'Magic 0234' },
      },
      {
        state_event: 'CONNECTED',
        state_ts: state.timestamp,
        state,
        id: '9996622234',
        name: phones.withoutUsername,
        profile: { phone: phones.withoutUsername, name: 'Magic 2234' },
      },
    ]);
    const ids = await api.call('GET', `/v3/logins${as(alice)}`);
    expect(ids.text).toBe('{"login_ids":["9996620234","9996622234"]}');
  });

  it('are logged out one by one, or all', async () => {
    await logInTwice();
    const logout = (name: string, user: string = alice) => api.call('POST', `/v3/logout/${name}${as(user)}`, {});
    expect((await logout('9996620234', bob)).status).toBe(404);
    for (const name of ['first', 'ALL', 'undefined']) expect((await logout(name)).status).toBe(404);
    expect((await logout('9996620234')).text).toBe('{}');
    expect((await api.call('GET', `/v3/logins${as(alice)}`)).text).toBe('{"login_ids":["9996622234"]}');
    expect((await logout('9996620234')).status).toBe(404);
    expect((await logout('all')).text).toBe('{}');
    expect((await api.call('GET', `/v3/logins${as(alice)}`)).text).toBe('{"login_ids":[]}');
    expect((await logout('all')).text).toBe('{}');
  });

  it('are limited in number', async () => {
    await logInTwice();
    await answer(await start('bot'), botToken);
    const refused = await start('phone');
    expect(`${refused.status} ${refused.text}`).toBe(
      '403 {"errcode":"FI.MAU.BRIDGE.TOO_MANY_LOGINS","error":"Maximum number of logins exceeded (3)"}',
    );
    expect((await start('phone', alice, '&login_id=9996620234')).status).toBe(200);
  });

  it('can be logged in to again, each only by the same account', async () => {
    await logInTwice();
    const first = await start('phone', alice, '&login_id=9996620234');
    const done = await answer(await answer(first, phones.plain), code);
    expect(done.json).toMatchObject({ complete: { user_login_id: '9996620234' } });
    const other = await start('bot', alice, '&login_id=9996620234');
    const refused = await answer(other, botToken);
    expect(`${refused.status} ${String(refused.json['errcode'])}`).toBe('409 FI.MAU.TELEGRAM.OTHER_ACCOUNT');
  });
});
