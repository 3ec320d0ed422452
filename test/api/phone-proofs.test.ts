import { afterEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import { mustOpen, openSocket } from '../support/message-socket.js';
import {
  alice,
  authorization,
  bob,
  prefix,
  startProvisioning,
  type Provisioning,
  type ProvisioningChanges,
} from '../support/provisioning.js';
import { botToken, code, password, phones } from './provisioning-0.3.0/operations.js';
import { logIn, take } from './provisioning-v1/operations.js';
import { answerOf, codeAsked, make, start, stepIds } from './provisioning-v3/operations.js';

const number = phones.plain.slice(1);
const opened: Provisioning[] = [];

async function open(fromTelegram: NonNullable<ProvisioningChanges['fromTelegram']>): Promise<Provisioning> {
  const api = await startProvisioning({ fromTelegram });
  opened.push(api);
  return api;
}

afterEach(() => Promise.all(opened.splice(0).map((api) => api.close())));

/** What each dialect returns for the number of the first account; null without a number. */
async function shownIn(api: Provisioning): Promise<Readonly<Record<string, unknown>>> {
  const getMe = await api.call('GET', `/${alice}/get_me`);
  const user = await api.call('GET', `/v1/user/${alice}`);
  const whoami = await api.call('GET', `/v3/whoami?user_id=${alice}`);
  const telegram = user.json['telegram'] as Readonly<Record<string, unknown>>;
  const [login] = whoami.json['logins'] as readonly Readonly<Record<string, unknown>>[];
  return {
    '0.3.0': getMe.json['add_phone'] ?? null,
    v1: telegram['add_phone'] ?? null,
    v3: login?.['gangway.add_phone'] ?? null,
  };
}

const everywhere = (says: string | null) => ({ '0.3.0': says, v1: says, v3: says });
const addings = {
  '0.3.0': [`/login/${alice}/add_phone`, { phone: number, add_phone: 'added' }],
  v1: [`/v1/user/${alice}/login/add_phone`, { phone: number, add_phone: 'added' }],
  v3: [`/v3/login/add_phone/${number}?user_id=${alice}`, { phone: `+${number}`, 'gangway.add_phone': 'added' }],
} as const;

describe('with threepids.from_telegram: ask', () => {
  it.each(Object.values(addings))('every dialect offers the number until it is added at %s', async (path, added) => {
    const api = await open('ask');
    await logIn(api, alice);
    expect(await shownIn(api)).toEqual(everywhere('offered'));
    for (const _ of ['once', 'again']) expect(await api.call('POST', path)).toMatchObject({ status: 200, json: added });
    expect(await shownIn(api)).toEqual(everywhere('added'));
  });

  it('the answer to the last step of a login offers it, in version 1', async () => {
    const api = await open('ask');
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    expect((await api.call('POST', `/v1/user/${alice}/login/send_code`, { code })).text).toBe(
      `{"state":"logged-in","username":"magic_2_0234","phone":"${number}","add_phone":"offered"}`,
    );
    await take(api, bob, 'request_code', { phone: phones.withPassword }, 200);
    await take(api, bob, 'send_code', { code }, 202);
    const done = await api.call('POST', `/v1/user/${bob}/login/send_password`, { password });
    expect(done.json).toMatchObject({ state: 'logged-in', add_phone: 'offered' });
  });

  it('the WebSocket of version 1 offers it', async () => {
    const api = await open('ask');
    const path = `${prefix}/v1/user/${alice}/login/qr`;
    const socket = await mustOpen(openSocket(api.port, path, { headers: { authorization } }));
    const { code: shown } = (await socket.next()) as { readonly code: string };
    await api.telegram.untilListening(1);
    api.telegram.acceptLoginToken(new Secret(shown), PhoneNumber.parse(phones.plain) ?? expect.fail());
    expect(await socket.next()).toEqual({ success: true, add_phone: 'offered' });
  });

  it('the last step in version 3 offers it, also when it is requested again', async () => {
    const api = await open('ask');
    const begun = await codeAsked(api);
    const last = answerOf(begun, stepIds.code, code);
    expect((await make(api, last)).json).toMatchObject({ type: 'complete', 'gangway.add_phone': 'offered' });
    await api.call('POST', addings.v3[0]);
    expect((await make(api, last)).json).toMatchObject({ type: 'complete', 'gangway.add_phone': 'added' });
  });

  it('version 3 adds the number of the given account if there are several', async () => {
    const api = await open('ask');
    await logIn(api, alice);
    await api.clock.advance(1);
    await make(api, answerOf(await codeAsked(api, phones.withoutUsername), stepIds.code, code));
    const path = `/v3/login/add_phone/${phones.withoutUsername.slice(1)}?user_id=${alice}`;
    expect((await api.call('POST', path)).json).toMatchObject({ phone: phones.withoutUsername });
    const { json } = await api.call('GET', `/v3/whoami?user_id=${alice}`);
    expect(json['logins']).toMatchObject([{ 'gangway.add_phone': 'offered' }, { 'gangway.add_phone': 'added' }]);
  });

  it('the number of another account is rejected in each dialect, and stays there', async () => {
    const api = await open('ask');
    await logIn(api, alice);
    await api.addNumber(bob, number);
    for (const [path] of Object.values(addings)) expect(await api.call('POST', path)).toMatchObject({ status: 409 });
    expect(await shownIn(api)).toEqual(everywhere('in_use'));
  });

  it('bots, and sessions that Telegram has ended, have no number', async () => {
    const api = await open('ask');
    const done = await make(api, answerOf(await start(api, 'bot'), stepIds.token, botToken));
    expect(done.json).not.toHaveProperty(['gangway.add_phone']);
    expect(await shownIn(api)).toEqual(everywhere(null));
    await make(api, answerOf(await codeAsked(api), stepIds.code, code));
    api.telegram.endSessions('revoked');
    const { text } = await api.call('GET', `/v3/whoami?user_id=${alice}`);
    expect(text).toContain('BAD_CREDENTIALS');
    expect(text).not.toContain('add_phone');
  });
});

describe('with threepids.from_telegram: on', () => {
  it('the number is added with the login, and every dialect shows it', async () => {
    const api = await open('on');
    const done = await make(api, answerOf(await codeAsked(api), stepIds.code, code));
    expect(done.json).toMatchObject({ 'gangway.add_phone': 'added' });
    expect(await shownIn(api)).toEqual(everywhere('added'));
  });
});

describe('with threepids.from_telegram: off', () => {
  it('no dialect mentions the number', async () => {
    const api = await open('off');
    await logIn(api, alice);
    expect(await shownIn(api)).toEqual(everywhere(null));
    for (const [path] of Object.values(addings)) expect(await api.call('POST', path)).toMatchObject({ status: 404 });
  });
});
