import { afterEach, describe, expect, it } from 'vitest';
import { startClientServer } from '../support/client-server.js';
import { startIdentityApi } from '../support/identity-api.js';
import { alice, startProvisioning, type Provisioning } from '../support/provisioning.js';
import { botToken, code, phones } from './provisioning-0.3.0/operations.js';
import { answerOf, make, start, stepIds } from './provisioning-v3/operations.js';

/** Pasted texts; test/unit/base/pasted-forms.test.ts has the table of forms. */
const pasted = (text: string) => `\u2068${text.replaceAll('2', '２').replaceAll('0', '٠')}\u2069\u00a0`;

let close: () => Promise<void>;

afterEach(() => close());

interface Dialect {
  readonly phone: (api: Provisioning, phone: string) => Promise<unknown>;
  readonly code: (api: Provisioning, code: string) => Promise<unknown>;
  readonly bot: (api: Provisioning, token: string) => Promise<unknown>;
}

const dialects: Readonly<Record<string, () => Dialect>> = {
  '0.3.0': () => ({
    phone: (api, phone) => api.call('POST', `/login/${alice}/request_code`, { phone }),
    code: (api, given) => api.call('POST', `/login/${alice}/send_code`, { code: given }),
    bot: (api, token) => api.call('POST', `/login/${alice}/bot_token`, { token }),
  }),
  'version 1': () => ({
    phone: (api, phone) => api.call('POST', `/v1/user/${alice}/login/request_code`, { phone }),
    code: (api, given) => api.call('POST', `/v1/user/${alice}/login/send_code`, { code: given }),
    bot: (api, token) => api.call('POST', `/v1/user/${alice}/login/bot_token`, { token }),
  }),
  'version 3': () => {
    let begun: Awaited<ReturnType<typeof start>>;
    return {
      phone: async (api, phone) => make(api, answerOf((begun = await start(api, 'phone')), stepIds.phone, phone)),
      code: (api, given) => make(api, answerOf(begun, stepIds.code, given)),
      bot: async (api, token) => make(api, answerOf(await start(api, 'bot'), stepIds.token, token)),
    };
  },
};

describe.each(Object.entries(dialects))('pasted into the provisioning API, %s,', (_name, open) => {
  it('a phone number and a code log in', async () => {
    const api = await startProvisioning();
    close = () => api.close();
    const dialect = open();
    expect(await dialect.phone(api, pasted(phones.plain))).toMatchObject({ status: 200 });
    expect(api.telegram.sentCodes()).toMatchObject([{ phone: phones.plain }]);
    expect(await dialect.code(api, pasted(code))).toMatchObject({ status: 200 });
    expect(api.telegram.calls('signIn')).toBe(1);
  });

  it('a bot token logs in', async () => {
    const api = await startProvisioning();
    close = () => api.close();
    expect(await open().bot(api, pasted(botToken))).toMatchObject({ status: 200 });
  });
});

describe.each(['/_matrix/identity/api/v1', '/_matrix/identity/v2'])('pasted into %s', (base) => {
  it.each([
    ['msisdn', { country: 'GB', phone_number: pasted('+44 (0)7470 674927') }, 'msisdn 447470674927'],
    ['email', { email: pasted('Alice2@mail.test') }, 'email alice2@mail.test'],
  ])('a 3PID by %s and its token validate it', async (medium, typed, proven) => {
    const api = await startIdentityApi();
    close = () => api.close();
    const token = base.endsWith('v2') ? await api.register(alice) : undefined;
    const session = { client_secret: 'secret' };
    const path = `${base}/validate/${medium}`;
    const asked = await api.call('POST', `${path}/requestToken`, { ...session, ...typed, send_attempt: 1 }, token);
    const { sid } = asked.json;
    const [sent = ''] = api.messenger.tokens();
    const submitted = await api.call('POST', `${path}/submitToken`, { ...session, sid, token: pasted(sent) }, token);
    expect(submitted).toMatchObject({ status: 200, json: { success: true } });
    const query = `sid=${String(sid)}&client_secret=secret`;
    const found = await api.call('GET', `${base}/3pid/getValidated3pid?${query}`, undefined, token);
    expect(`${String(found.json['medium'])} ${String(found.json['address'])}`).toBe(proven);
  });
});

describe('pasted into the client-server API', () => {
  const password = 'the password of alice';

  it.each([
    { identifier: { type: 'm.id.user', user: pasted('alice2') } },
    { user: ' alice2\n' },
    { identifier: { type: 'm.id.thirdparty', medium: 'email', address: pasted('alice2@example.test') } },
    { identifier: { type: 'm.id.phone', country: 'GB', phone: pasted('+44 (0)7700 900123') } },
    { identifier: { type: 'm.id.phone', country: 'US', phone: pasted('0044 7700 900123') } },
  ])('the user of a login is found: %j', async (body) => {
    const server = await startClientServer();
    close = () => server.close();
    const { mxid } = await server.embedded.addUser('alice2', password);
    await server.embedded.addAddress(mxid, { medium: 'email', address: 'alice2@example.test' });
    await server.embedded.addAddress(mxid, { medium: 'msisdn', address: '447700900123' });
    const login = { type: 'm.login.password', password, ...body };
    expect(await server.call('POST', '/_matrix/client/v3/login', login)).toMatchObject({
      status: 200,
      json: { user_id: mxid },
    });
  });

  it('a phone number gets a code', async () => {
    const server = await startClientServer();
    close = () => server.close();
    const asked = { client_secret: 'secret', send_attempt: 1, country: 'GB', phone_number: pasted('07470 674920') };
    expect(await server.call('POST', '/_matrix/client/v3/account/3pid/msisdn/requestToken', asked)).toMatchObject({
      status: 200,
      json: { msisdn: '447470674920' },
    });
  });

  it('a password is not changed', async () => {
    const server = await startClientServer();
    close = () => server.close();
    const odd = ' ２\u200b٠ ';
    await server.embedded.addUser('alice2', odd);
    const logIn = (given: string) =>
      server.call('POST', '/_matrix/client/v3/login', { type: 'm.login.password', user: 'alice2', password: given });
    expect(await logIn(odd)).toMatchObject({ status: 200 });
    expect(await logIn('20')).toMatchObject({ status: 403 });
  });
});
