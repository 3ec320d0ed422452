import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alice, authorization, startProvisioning, outsider, type Provisioning } from '../../support/provisioning.js';
import { botToken, code, password, phones } from '../provisioning-0.3.0/operations.js';
import { logIn, take } from './operations.js';

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

const post = (name: string, body?: unknown) => api.call('POST', `/v1/user/${alice}/${name}`, body);
const user = () => api.call('GET', `/v1/user/${alice}`);

describe('a login in version 1', () => {
  it('reports how the code was sent and which Telegram user is logged in', async () => {
    const asked = await post('login/request_code', { phone: phones.plain });
    expect(`${asked.status} ${asked.text}`).toBe(
      '200 {"state":"code","message":"Code requested successfully. Check your SMS or Telegram app and enter the code below.",' +
        '"code":{"delivery":"app","length":5,"next_delivery":"sms","resend_after":60,"is_new":true}}',
    );
    const done = await post('login/send_code', { code });
    expect(`${done.status} ${done.text}`).toBe(
      '200 {"state":"logged-in","username":"magic_2_0234","phone":"9996620234"}',
    );
  });

  it('requests the password and shows its hint', async () => {
    await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
    const next = await post('login/send_code', { code: Number(code) });
    expect(`${next.status} ${next.text}`).toBe(
      '202 {"state":"password","message":"Code accepted, but you have 2-factor authentication enabled. Please enter your password.",' +
        '"hint":"an animal that is right"}',
    );
    expect((await post('login/send_password', { password })).json).toMatchObject({ state: 'logged-in' });
  });

  it('does not change the password, including its spaces', async () => {
    await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
    await take(api, alice, 'send_code', { code }, 202);
    expect((await post('login/send_password', { password: ` ${password} ` })).json['errcode']).toBe('password_invalid');
  });

  it('completes for an account without a username', async () => {
    await take(api, alice, 'request_code', { phone: phones.withoutUsername }, 200);
    const done = await post('login/send_code', { code });
    expect(done.text).toBe('{"state":"logged-in","username":null,"phone":"9996622234"}');
  });

  it('completes for a bot, with and without spaces around its token', async () => {
    const done = await post('login/bot_token', { token: ` ${botToken}\n` });
    expect(`${done.status} ${done.text}`).toBe(
      '200 {"state":"logged-in","username":"magic_2000020234_bot","phone":null}',
    );
  });

  it('resends the code by the next method only on request', async () => {
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    const early = await post('login/resend_code');
    expect(early.json).toMatchObject({
      message: 'A code is already on its way. You can request another one in 1 minute.',
      code: { delivery: 'app', is_new: false },
    });
    await api.clock.advance(60_000);
    expect((await post('login/resend_code')).json['code']).toEqual({
      delivery: 'sms',
      length: 5,
      next_delivery: null,
      resend_after: 60,
      is_new: true,
    });
    expect(api.telegram.calls('resendCode')).toBe(1);
    await take(api, alice, 'send_code', { code }, 200);
  });
});

describe('the user of version 1', () => {
  it('is shown logged out and logged in', async () => {
    expect((await user()).text).toBe(`{"telegram":null,"mxid":"${alice}","permissions":"puppeting"}`);
    await logIn(api, alice);
    expect((await user()).text).toBe(
      '{"telegram":{"id":9996620234,"username":"magic_2_0234","first_name":"Magic","last_name":"0234","phone":"9996620234","is_bot":false},' +
        `"mxid":"${alice}","permissions":"puppeting"}`,
    );
  });

  it('is logged out if Telegram has ended the session, and unchanged if Telegram is unreachable', async () => {
    await logIn(api, alice);
    api.telegram.goDown();
    expect((await user()).json['telegram']).toMatchObject({ username: 'magic_2_0234' });
    api.telegram.comeBack();
    api.telegram.endSessions('revoked');
    expect((await user()).json['telegram']).toBeNull();
  });

  it('is found by the raw or percent-encoded Matrix ID, with any user_id', async () => {
    for (const path of [`/v1/user/${alice}`, `/v1/user/${encodeURIComponent(alice)}`, '/v1/user/@a/b:example.org']) {
      expect((await api.call('GET', `${path}?user_id=@other:example.org`)).status).toBe(200);
    }
  });

  it('logs out without a body, repeatedly', async () => {
    await logIn(api, alice);
    for (let n = 0; n < 2; n += 1) {
      const reply = await api.send({ method: 'POST', path: `/v1/user/${alice}/logout`, headers: { authorization } });
      expect(`${reply.status} ${reply.text}`).toBe('200 {}');
    }
    expect((await user()).json['telegram']).toBeNull();
    expect(api.telegram.logOuts()).toEqual(['9996620234']);
  });

  it('cancels a pending login by logging out', async () => {
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    await post('logout');
    expect((await post('login/send_code', { code })).json['errcode']).toBe('phone_code_not_requested');
  });
});

describe('the Telegram users of version 1', () => {
  beforeEach(() => logIn(api, alice));

  it('are contacts by their IDs', async () => {
    expect((await api.call('GET', `/v1/user/${alice}/contacts`)).json).toEqual({
      9996620235: {
        name: 'Magic 0235',
        username: 'magic_2_0235',
        phone: '9996620235',
        is_bot: false,
        avatar_url: null,
      },
    });
  });

  it('and groups are chats', async () => {
    expect((await api.call('GET', `/v1/user/${alice}/chats`)).text).toBe(
      '[{"id":9996620235,"title":"Magic 0235"},{"id":-4242,"title":"Sandbox group"},{"id":-1000000004343,"title":"Sandbox channel"}]',
    );
  });

  it.each([
    'magic_2_0235',
    '@magic_2_0235',
    '+9996620235',
    '%2B9996620235',
    '9996620235',
    'https://t.me/magic_2_0235',
    encodeURIComponent('https://t.me/magic_2_0235'),
    encodeURIComponent('tg://resolve?domain=magic_2_0235'),
  ])('are found as %s', async (identifier) => {
    for (const mxid of [alice, encodeURIComponent(alice)]) {
      const found = await api.call('GET', `/v1/user/${mxid}/resolve_identifier/${identifier}`);
      expect(found.json).toMatchObject({
        room_id: null,
        just_created: false,
        id: 9996620235,
        contact_info: { name: 'Magic 0235', username: 'magic_2_0235' },
      });
    }
  });

  it('are not part of the Matrix ID if their identifier has a colon', async () => {
    const reply = await api.call('GET', `/v1/user/${alice}/resolve_identifier/unknown:at-all`);
    expect(`${reply.status} ${reply.json['errcode']}`).toBe('404 M_NOT_FOUND');
  });
});

describe('a request of Dimension', () => {
  const send = (method: 'GET' | 'POST', path: string) =>
    api.send({ method, path: `/v1${path}`, headers: { authorization } });

  it('returns no relay bot, without a secret', async () => {
    const reply = await api.send({ method: 'GET', path: `/v1/bridge?user_id=${alice}` });
    expect(`${reply.status} ${reply.text}`).toBe('200 {"relaybot_username":null}');
  });

  it.each(['/portal/!room:example.org', '/portal/%21room%3Aexample.org', '/portal/-1001234'])(
    'receives an error that %s is not bridged',
    async (path) => {
      const reply = await send('GET', `${path}?user_id=${alice}&room_id=!room:example.org`);
      expect(`${reply.status} ${reply.text}`).toBe(
        '404 {"error":"Portal not found: no bridge is attached.","errcode":"portal_not_found"}',
      );
    },
  );

  it.each(['connect/-1001234?force=unbridge', 'create'])('returns that there is no bridge: %s', async (what) => {
    const reply = await send('POST', `/portal/!room:example.org/${what}`);
    expect(`${reply.status} ${reply.text}`).toBe(
      '501 {"error":"This server logs in to Telegram only: no bridge is attached to it.","errcode":"no_bridge_attached"}',
    );
  });

  it('has nothing to disconnect', async () => {
    const reply = await send('POST', '/portal/!room:example.org/disconnect');
    expect(`${reply.status} ${reply.text}`).toBe(
      '404 {"error":"Portal not found: no bridge is attached.","errcode":"portal_not_found"}',
    );
  });

  it('is rejected for a user who may not log in', async () => {
    const reply = await send('GET', `/portal/!room:example.org?user_id=${outsider}`);
    expect(`${reply.status} ${reply.text}`).toBe(
      '403 {"error":"You are not whitelisted.","errcode":"mxid_not_whitelisted"}',
    );
  });
});
