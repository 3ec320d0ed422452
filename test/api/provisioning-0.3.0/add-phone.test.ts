import { afterEach, describe, expect, it } from 'vitest';
import {
  alice,
  aliceToken,
  bob,
  startProvisioning,
  type Provisioning,
  type ProvisioningChanges,
} from '../../support/provisioning.js';
import { botToken, code, logIn, password, phones, take } from './operations.js';

const number = phones.plain.slice(1);
const opened: Provisioning[] = [];

async function open(fromTelegram: NonNullable<ProvisioningChanges['fromTelegram']>): Promise<Provisioning> {
  const api = await startProvisioning({ fromTelegram });
  opened.push(api);
  return api;
}

afterEach(() => Promise.all(opened.splice(0).map((api) => api.close())));

/** The answer to the last step of a login by phone. */
async function loginAnswer(api: Provisioning, mxid: string): Promise<string> {
  await take(api, mxid, 'request_code', { phone: phones.plain }, 200);
  return (await api.call('POST', `/login/${mxid}/send_code`, { code })).text;
}

const getMe = async (api: Provisioning, mxid: string) => (await api.call('GET', `/${mxid}/get_me`)).json;

describe('with threepids.from_telegram: ask', () => {
  it('replies offer the number until it is added', async () => {
    const api = await open('ask');
    expect(await loginAnswer(api, alice)).toBe('{"state":"logged-in","username":"magic_2_0234","add_phone":"offered"}');
    expect(Object.entries(await getMe(api, alice)).at(-1)).toEqual(['add_phone', 'offered']);
    const reply = await api.call('POST', `/login/${alice}/add_phone`);
    expect([reply.status, reply.text]).toEqual([200, `{"phone":"${number}","add_phone":"added"}`]);
    expect((await getMe(api, alice))['add_phone']).toBe('added');
    const again = await api.call('POST', `/login/${alice}/add_phone`);
    expect([again.status, again.text]).toEqual([200, reply.text]);
  });

  it('a login that ends with the password also offers the number', async () => {
    const api = await open('ask');
    await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
    await take(api, alice, 'send_code', { code }, 202);
    const { text } = await api.call('POST', `/login/${alice}/send_password`, { password });
    expect(text).toBe('{"state":"logged-in","username":"magic_2_1234","add_phone":"offered"}');
  });

  it('a number of another account is rejected and stays there', async () => {
    const api = await open('ask');
    await api.addNumber(bob, number);
    expect(JSON.parse(await loginAnswer(api, alice))).toMatchObject({ add_phone: 'in_use' });
    expect(await api.call('POST', `/login/${alice}/add_phone`)).toMatchObject({ status: 409 });
    expect((await getMe(api, alice))['add_phone']).toBe('in_use');
  });

  it('the number is removed with the login, and the next login offers it again', async () => {
    const api = await open('ask');
    await logIn(api, alice);
    await take(api, alice, 'add_phone', undefined, 200);
    api.telegram.endSessions('revoked');
    expect(await getMe(api, alice)).toMatchObject({ errcode: 'not_logged_in' });
    expect(JSON.parse(await loginAnswer(api, bob))).toMatchObject({ add_phone: 'offered' });
  });

  it('a Matrix user can add their number with their access token, with any body', async () => {
    const api = await open('ask');
    await logIn(api, alice);
    const authorization = `Bearer ${aliceToken}`;
    const path = `/login/${encodeURIComponent(alice)}/add_phone`;
    const reply = await api.send({ method: 'POST', path, headers: { authorization }, body: '{"phone": ' });
    expect(reply.status).toBe(200);
  });

  it('replies omit the status for bots and for users without an account here', async () => {
    const api = await open('ask');
    await take(api, alice, 'bot_token', { token: botToken }, 200);
    expect(await getMe(api, alice)).not.toHaveProperty('add_phone');
    expect(JSON.parse(await loginAnswer(api, '@carol:elsewhere.org'))).not.toHaveProperty('add_phone');
  });
});

describe('with threepids.from_telegram: on', () => {
  it('the number is added with the login', async () => {
    const api = await open('on');
    expect(JSON.parse(await loginAnswer(api, alice))).toMatchObject({ add_phone: 'added' });
    expect((await getMe(api, alice))['add_phone']).toBe('added');
  });
});

describe('with threepids.from_telegram: off', () => {
  it('the number is neither offered nor added', async () => {
    const api = await open('off');
    expect(await loginAnswer(api, alice)).toBe('{"state":"logged-in","username":"magic_2_0234"}');
    expect(await getMe(api, alice)).not.toHaveProperty('add_phone');
    const reply = await api.call('POST', `/login/${alice}/add_phone`);
    expect(reply).toMatchObject({ status: 404, json: { errcode: 'unhandled_http_404' } });
    const described = await api.send({ method: 'GET', path: '/openapi.json' });
    expect(JSON.parse(described.text)).not.toHaveProperty(['paths', '/login/{mxid}/add_phone']);
  });
});
