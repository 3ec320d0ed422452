import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import { mustOpen, openSocket } from '../support/message-socket.js';
import {
  alice,
  authorization,
  prefix,
  startProvisioning,
  type JsonReply,
  type Provisioning,
} from '../support/provisioning.js';
import { botToken, code, password, phones } from './provisioning-0.3.0/operations.js';
import { answerOf, make, start, stepIds } from './provisioning-v3/operations.js';

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

const elder = (name: string, body: unknown) => api.call('POST', `/login/${alice}/${name}`, body);
const v1 = (name: string, body?: unknown) => api.call('POST', `/v1/user/${alice}/${name}`, body);
const v3 = (begun: JsonReply, stepId: string, value: string) => make(api, answerOf(begun, stepId, value));

/** Alice's account in each dialect; empty if she is not logged in. */
async function shownIn(): Promise<Readonly<Record<string, unknown>>> {
  const getMe = await api.call('GET', `/${alice}/get_me`);
  const user = await api.call('GET', `/v1/user/${alice}`);
  const logins = await api.call('GET', `/v3/logins?user_id=${alice}`);
  const telegram = user.json['telegram'] as { readonly id: number } | null;
  return {
    '0.3.0': getMe.json['id'] ?? '',
    v1: telegram === null ? '' : String(telegram.id),
    v3: (logins.json['login_ids'] as readonly string[])[0] ?? '',
  };
}

const nowhere = { '0.3.0': '', v1: '', v3: '' };
const everywhere = (id: string) => ({ '0.3.0': id, v1: id, v3: id });

describe('every dialect', () => {
  it.each([
    ['', '/login/{mxid}/request_code'],
    ['/v1', '/user/{mxid}/login/request_code'],
    ['/v3', '/login/flows'],
  ])('returns its description at %s/openapi.json, without authentication and repeatedly', async (version, path) => {
    const ask = () => api.send({ method: 'GET', path: `${version}/openapi.json` });
    const [first, second] = [await ask(), await ask()];
    expect(first.status).toBe(200);
    const described: unknown = JSON.parse(first.text);
    expect(described).toMatchObject({ openapi: expect.stringMatching(/^3\.1/), paths: { [path]: {} } });
    expect(second.text).toBe(first.text);
  });
});

describe('the requests of every dialect', () => {
  it.each(['/get_me', '/v1/user', '/v3/whoami', '/v1/nowhere', '/nowhere'])(
    'may be sent by pages of any site: %s',
    async (path) => {
      for (const method of ['OPTIONS', 'GET']) {
        const { headers } = await api.send({ method, path });
        expect(headers).toMatchObject({
          'access-control-allow-origin': '*',
          'access-control-allow-headers': expect.stringContaining('Authorization') as string,
        });
      }
    },
  );

  it.each(['bearer', 'BEARER', 'Bearer '])('accept the name of the scheme in any case: %s', async (scheme) => {
    const headers = { authorization: authorization.replace('Bearer', scheme) };
    for (const path of [`/${alice}/get_me`, `/v1/user/${alice}`, `/v3/whoami?user_id=${alice}`]) {
      expect([path, (await api.send({ method: 'GET', path, headers })).status]).not.toEqual([path, 401]);
    }
  });
});

describe('a login that is begun in one dialect', () => {
  it('is finished in another: number and code in 0.3.0, password in version 3', async () => {
    expect((await elder('request_code', { phone: phones.withPassword })).status).toBe(200);
    expect((await elder('send_code', { code })).status).toBe(202);
    const begun = await start(api, 'phone');
    const wanted = await v3(begun, stepIds.phone, phones.withPassword);
    expect(wanted.json['step_id']).toBe(stepIds.password);
    expect((await v3(begun, stepIds.password, password)).json).toMatchObject({
      complete: { user_login_id: '9996621234' },
    });
    expect(api.telegram.calls('sendCode')).toBe(1);
    expect(await shownIn()).toEqual(everywhere('9996621234'));
  });

  it('is finished in another: number in version 3, code in version 1, password in 0.3.0', async () => {
    const begun = await start(api, 'phone');
    await v3(begun, stepIds.phone, phones.withPassword);
    expect((await v1('login/send_code', { code })).status).toBe(202);
    expect((await elder('send_password', { password })).status).toBe(200);
    expect(await shownIn()).toEqual(everywhere('9996621234'));
  });

  it('accepts the code again that another dialect has already received, and no other', async () => {
    const begun = await start(api, 'phone');
    await v3(begun, stepIds.phone, phones.withPassword);
    expect((await elder('send_code', { code: Number(code) })).status).toBe(202);
    expect((await v3(begun, stepIds.code, code)).json).toMatchObject({ step_id: stepIds.password, txn_id: 'bls_3' });
    const other = await v3(begun, stepIds.code, '33333');
    expect(`${other.status} ${other.json['errcode']}`).toBe('400 M_BAD_STATE');
    expect(api.telegram.calls('signIn')).toBe(1);
  });

  it('is finished in another: number in version 1, sent again and code in version 3', async () => {
    await v1('login/request_code', { phone: phones.plain });
    const begun = await start(api, 'phone');
    const asked = await v3(begun, stepIds.phone, phones.plain);
    expect(asked.json).toMatchObject({ step_id: stepIds.code, 'gangway.code': { is_new: false } });
    await api.clock.advance(60_000);
    const again = await api.call('POST', `/v3/login/resend/${String(begun.json['login_id'])}?user_id=${alice}`);
    expect(again.json).toMatchObject({ 'gangway.code': { delivery: 'sms', is_new: true } });
    expect((await v3(begun, stepIds.code, code)).json['type']).toBe('complete');
    expect(api.telegram.calls('sendCode')).toBe(1);
  });

  it('is finished in another: QR code in version 3, password in version 1', async () => {
    const begun = await start(api, 'qr');
    const shown = begun.json['display_and_wait'] as { readonly data: string };
    api.telegram.acceptLoginToken(new Secret(shown.data), PhoneNumber.parse(phones.withPassword) ?? expect.fail());
    const path = `/v3/login/step/${String(begun.json['login_id'])}/${stepIds.qr}/display_and_wait`;
    expect((await make(api, { method: 'POST', path })).json['step_id']).toBe(stepIds.password);
    expect((await v1('login/send_password', { password })).status).toBe(200);
    expect(await shownIn()).toEqual(everywhere('9996621234'));
  });
});

describe('the dialects, one after the other for one user', () => {
  it('agree on the logged-in account', async () => {
    expect(await shownIn()).toEqual(nowhere);
    await elder('request_code', { phone: phones.plain });
    await v1('login/send_code', { code });
    expect(await shownIn()).toEqual(everywhere('9996620234'));
    expect((await elder('request_code', { phone: phones.plain })).status).toBe(409);
    expect((await v1('login/bot_token', { token: botToken })).status).toBe(409);
    await api.clock.advance(1);
    expect((await v3(await start(api, 'bot'), stepIds.token, botToken)).json['type']).toBe('complete');
    // The older versions still show the first.
    expect(await shownIn()).toEqual(everywhere('9996620234'));
    expect((await v1('logout')).status).toBe(200);
    expect(await shownIn()).toEqual(everywhere('2000020234'));
    expect((await api.call('POST', `/v3/logout/all?user_id=${alice}`)).status).toBe(200);
    expect(await shownIn()).toEqual(nowhere);
    await elder('bot_token', { token: botToken });
    expect(await shownIn()).toEqual(everywhere('2000020234'));
  });

  it('leave no remains, whichever dialect interrupts which', async () => {
    const begun = await start(api, 'phone');
    await v3(begun, stepIds.phone, phones.withPassword);
    const socket = await mustOpen(
      openSocket(api.port, `${prefix}/v1/user/${alice}/login/qr`, { headers: { authorization } }),
    );
    await socket.next();
    await elder('request_code', { phone: phones.plain });
    expect((await elder('send_code', { code })).status).toBe(200);
    expect(await shownIn()).toEqual(everywhere('9996620234'));
    socket.close();
    await socket.closed;
    await v1('logout');
    expect(await shownIn()).toEqual(nowhere);
    expect(api.telegram.authorizations('9996620234')).toBe(0);
  });
});
