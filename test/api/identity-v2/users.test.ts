import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/identity/users.js';
import { startIdentityApi, type IdentityApi } from '../../support/identity-api.js';

let api: IdentityApi;

afterEach(() => api.close());

const v2 = '/_matrix/identity/v2';
const alice = '@alice:example.test';
const policies: Readonly<Record<string, Policy>> = {
  terms: {
    version: '2.0',
    languages: {
      en: { name: 'Terms', url: 'https://id.test/terms/en' },
      de: { name: 'Bedingungen', url: 'https://id.test/terms/de' },
    },
  },
};

describe('a user', () => {
  it('registers with an OpenID token, and gets the access token under both names', async () => {
    api = await startIdentityApi();
    const { status, json } = await api.call('POST', `${v2}/account/register`, {
      access_token: alice,
      token_type: 'Bearer',
      matrix_server_name: 'example.test',
      expires_in: 3600,
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: { token: expect.stringMatching(/^\w{32,}$/) as string, access_token: json['token'] },
    });
    expect((await api.call('GET', `${v2}/account`, undefined, String(json['token']))).json).toEqual({ user_id: alice });
  });

  it('can send the token in the query, and omit Content-Types', async () => {
    api = await startIdentityApi();
    const token = await api.register(alice);
    expect((await api.call('GET', `${v2}/account?access_token=${token}`)).json).toEqual({ user_id: alice });
    const body = JSON.stringify({ email: 'alice@mail.test', client_secret: 'secret', send_attempt: '1' });
    const path = `${v2}/validate/email/requestToken?access_token=${token}`;
    expect(await api.send({ method: 'POST', path, body })).toMatchObject({ status: 200 });
  });

  it('logs out without a body, and is then rejected', async () => {
    api = await startIdentityApi({ policies });
    const token = await api.register(alice);
    expect(await api.call('POST', `${v2}/account/logout`, undefined, token)).toMatchObject({ status: 200, json: {} });
    expect(await api.call('GET', `${v2}/account`, undefined, token)).toMatchObject({
      status: 401,
      json: { errcode: 'M_UNAUTHORIZED' },
    });
  });

  it('reads the terms, and accepts them in any language', async () => {
    api = await startIdentityApi({ policies });
    expect((await api.call('GET', `${v2}/terms`)).json).toEqual({
      policies: {
        terms: {
          version: '2.0',
          en: { name: 'Terms', url: 'https://id.test/terms/en' },
          de: { name: 'Bedingungen', url: 'https://id.test/terms/de' },
        },
      },
    });
    const token = await api.register(alice);
    const account = () => api.call('GET', `${v2}/account`, undefined, token);
    expect((await account()).status).toBe(403);
    const accepted = { user_accepts: ['https://id.test/terms/de'] };
    expect(await api.call('POST', `${v2}/terms`, accepted, token)).toMatchObject({ status: 200, json: {} });
    expect((await account()).status).toBe(200);
  });

  it('reads that there are no terms', async () => {
    api = await startIdentityApi();
    expect((await api.call('GET', `${v2}/terms`)).json).toEqual({ policies: {} });
  });
});

describe('a 3PID', () => {
  async function prove(token: string) {
    const wish = { email: 'alice@mail.test', client_secret: 'secret', send_attempt: 1 };
    const { json } = await api.call('POST', `${v2}/validate/email/requestToken`, wish, token);
    const session = { sid: json['sid'], client_secret: 'secret' };
    const proof = { ...session, token: api.messenger.tokens().at(-1) };
    await api.call('POST', `${v2}/validate/email/submitToken`, proof, token);
    return session;
  }

  it('is validated, bound, and found by its hash', async () => {
    api = await startIdentityApi();
    const token = await api.register(alice);
    const session = await prove(token);
    const proven = await api.call(
      'GET',
      `${v2}/3pid/getValidated3pid?${new URLSearchParams(session as never).toString()}`,
      undefined,
      token,
    );
    expect(proven.json).toMatchObject({ medium: 'email', address: 'alice@mail.test' });
    const bound = await api.call('POST', `${v2}/3pid/bind`, { ...session, mxid: alice }, token);
    expect(bound).toMatchObject({ status: 200, json: { mxid: alice } });

    const { json: details } = await api.call('GET', `${v2}/hash_details`, undefined, token);
    expect(details).toEqual({ algorithms: ['sha256', 'none'], lookup_pepper: expect.any(String) as string });
    const pepper = String(details['lookup_pepper']);
    const hash = createHash('sha256').update(`alice@mail.test email ${pepper}`).digest('base64url');
    const other = createHash('sha256').update(`bob@mail.test email ${pepper}`).digest('base64url');
    const question = { addresses: [other, hash], algorithm: 'sha256', pepper };
    expect((await api.call('POST', `${v2}/lookup`, question, token)).json).toEqual({ mappings: { [hash]: alice } });
  });

  it('is bound for its user’s own Matrix ID only', async () => {
    api = await startIdentityApi();
    const token = await api.register(alice);
    const wish = { ...(await prove(token)), mxid: '@bob:example.test' };
    expect(await api.call('POST', `${v2}/3pid/bind`, wish, token)).toMatchObject({
      status: 403,
      json: { errcode: 'M_UNAUTHORIZED' },
    });
  });

  it('is looked up with 10,000 others at once', async () => {
    api = await startIdentityApi();
    const token = await api.register(alice);
    await api.call('POST', `${v2}/3pid/bind`, { ...(await prove(token)), mxid: alice }, token);
    const { json: details } = await api.call('GET', `${v2}/hash_details`, undefined, token);
    const others = Array.from({ length: 9_999 }, (_, index) => `unknown${index}@mail.test email`);
    const question = {
      addresses: [...others, 'alice@mail.test email'],
      algorithm: 'none',
      pepper: details['lookup_pepper'],
    };
    const { json } = await api.call('POST', `${v2}/lookup`, question, token);
    expect(json).toEqual({ mappings: { 'alice@mail.test email': alice } });
    const tooMany = { ...question, addresses: [...question.addresses, 'one more'] };
    expect(await api.call('POST', `${v2}/lookup`, tooMany, token)).toMatchObject({
      status: 400,
      json: { errcode: 'M_TOO_LARGE' },
    });
  });

  it('is unbound by a signed request of the user’s homeserver, without a token', async () => {
    api = await startIdentityApi({ verdict: { kind: 'signed', origin: 'example.test' as never } });
    const token = await api.register(alice);
    await api.call('POST', `${v2}/3pid/bind`, { ...(await prove(token)), mxid: alice }, token);
    const content = {
      threepid: { address: 'alice@mail.test', medium: 'email' },
      mxid: alice,
      ts: 5,
      more: { deep: [1] },
    };
    const authorization = 'X-Matrix origin="example.test",key="ed25519:a",sig="c2ln"';
    const path = `/_matrix/identity//v2/3pid/unbind?a=%2f`;
    const reply = await api.send({ method: 'POST', path, headers: { authorization }, body: JSON.stringify(content) });
    expect(reply).toMatchObject({ status: 200, json: {} });
    expect(api.signed).toEqual([{ authorization, method: 'POST', uri: path, content }]);
    const { json: details } = await api.call('GET', `${v2}/hash_details`, undefined, token);
    const question = { addresses: ['alice@mail.test email'], algorithm: 'none', pepper: details['lookup_pepper'] };
    expect((await api.call('POST', `${v2}/lookup`, question, token)).json).toEqual({ mappings: {} });
  });
});

describe('an invite', () => {
  it('is stored in the name of its user only', async () => {
    api = await startIdentityApi();
    const token = await api.register(alice);
    const invite = { medium: 'email', address: 'bob@mail.test', room_id: '!room:example.test', sender: alice };
    expect(await api.call('POST', `${v2}/store-invite?brand=vector`, invite, token)).toMatchObject({ status: 200 });
    expect(api.messenger.sent[0]).toMatchObject({ kind: 'email_invite', brand: 'vector' });
    const foreign = { ...invite, sender: '@bob:example.test' };
    expect(await api.call('POST', `${v2}/store-invite`, foreign, token)).toMatchObject({
      status: 403,
      json: { errcode: 'M_UNAUTHORIZED' },
    });
  });
});
