import { afterEach, describe, expect, it } from 'vitest';
import { startIdentityApi, type IdentityApi } from '../../support/identity-api.js';

let api: IdentityApi;

afterEach(() => api.close());

const v1 = '/_matrix/identity/api/v1';
const secret = 'alices.secret';
const alice = '@alice:example.test';

/** Validates the 3PID; returns the session. */
async function prove(email: string, client_secret = secret) {
  const asked = await api.call('POST', `${v1}/validate/email/requestToken`, { email, client_secret });
  const session = { sid: String(asked.json['sid']), client_secret };
  const token = api.messenger.tokens().at(-1);
  await api.call('POST', `${v1}/validate/email/submitToken`, { ...session, token });
  return session;
}

const lookup = (address: string) => api.call('GET', `${v1}/lookup?medium=email&address=${encodeURIComponent(address)}`);

describe('a 3PID that is bound', () => {
  it.each(['/3pid/bind', '/bind'])('at %s is what lookups return', async (path) => {
    api = await startIdentityApi();
    const session = await prove('Alice@Mail.test');
    const bound = await api.call('POST', `${v1}${path}`, { ...session, mxid: alice });
    expect(bound).toMatchObject({
      status: 200,
      json: {
        medium: 'email',
        address: 'alice@mail.test',
        mxid: alice,
        signatures: { 'id.test': { 'ed25519:0': expect.stringMatching(/^[A-Za-z0-9+/]{86}$/) as string } },
      },
    });
    expect((await lookup('ALICE@mail.test')).json).toEqual(bound.json);
    expect(await lookup('bob@mail.test')).toMatchObject({ status: 200, json: {} });
    const asked = {
      threepids: [
        ['email', 'bob@mail.test'],
        ['email', 'Alice@mail.test'],
      ],
    };
    expect((await api.call('POST', `${v1}/bulk_lookup`, asked)).json).toEqual({
      threepids: [['email', 'Alice@mail.test', alice]],
    });
  });

  it.each<unknown>(['email', [['email']], [['email', 5]], { email: 'alice@mail.test' }])(
    'is rejected among pairs that are no list: %j',
    async (threepids) => {
      api = await startIdentityApi();
      const { status, json } = await api.call('POST', `${v1}/bulk_lookup`, { threepids });
      expect({ status, json }).toEqual({
        status: 400,
        json: { errcode: 'M_INVALID_PARAM', error: 'Invalid parameter: threepids' },
      });
    },
  );

  it('ends when the user who validated it unbinds it', async () => {
    api = await startIdentityApi();
    const session = await prove('alice@mail.test');
    await api.call('POST', `${v1}/3pid/bind`, { ...session, mxid: alice });
    const threepid = { medium: 'email', address: 'alice@mail.test' };
    const unbound = await api.call('POST', `${v1}/3pid/unbind`, { mxid: alice, threepid, ...session });
    expect(unbound).toMatchObject({ status: 200, json: {} });
    expect((await lookup('alice@mail.test')).json).toEqual({});
  });
});

describe('an invite', () => {
  const invite = { medium: 'email', address: 'bob@mail.test', room_id: '!room:example.test', sender: alice };

  /** The key in the mailed link. */
  function signUrl(): URL {
    const mail = api.messenger.sent.findLast(({ kind }) => kind === 'email_invite');
    if (mail?.kind !== 'email_invite') throw new Error('no invite was mailed');
    const [, query = ''] = mail.link.reveal().split('?');
    return new URL(new URLSearchParams(query).get('signurl') ?? '');
  }

  it('is returned in the format of homeservers, and its keys are valid', async () => {
    api = await startIdentityApi();
    const { json, status } = await api.call('POST', `${v1}/store-invite`, { ...invite, room_name: 'Tea', nothing: 5 });
    const key = /^[A-Za-z0-9+/_-]{43}$/;
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        token: expect.stringMatching(/^[0-9a-zA-Z.=_-]{1,255}$/) as string,
        public_key: expect.stringMatching(key) as string,
        public_keys: [
          { public_key: json['public_key'], key_validity_url: `https://id.test/_matrix/identity/v2/pubkey/isvalid` },
          {
            public_key: expect.stringMatching(key) as string,
            key_validity_url: `https://id.test/_matrix/identity/v2/pubkey/ephemeral/isvalid`,
          },
        ],
        display_name: expect.stringContaining('...@') as string,
      },
    });
    const keys = json['public_keys'] as { public_key: string; key_validity_url: string }[];
    for (const { public_key, key_validity_url } of keys) {
      const path = `${new URL(key_validity_url).pathname}?public_key=${encodeURIComponent(public_key)}`;
      expect((await api.call('GET', path)).json).toEqual({ valid: true });
      expect((await api.call('GET', path.replace(/.{5}$/, 'AAAAA'))).json).toEqual({ valid: false });
    }
    for (const name of ['ed25519:0', 'ed25519%3A0']) {
      expect((await api.call('GET', `${v1}/pubkey/${name}`)).json).toEqual({ public_key: json['public_key'] });
    }
    expect(api.messenger.sent[0]).toMatchObject({ kind: 'email_invite', to: 'bob@mail.test', roomName: 'Tea' });
  });

  it('of a bound 3PID returns its user', async () => {
    api = await startIdentityApi();
    const session = await prove('bob@mail.test');
    await api.call('POST', `${v1}/3pid/bind`, { ...session, mxid: '@bob:example.test' });
    expect(await api.call('POST', `${v1}/store-invite`, invite)).toMatchObject({
      status: 400,
      json: { errcode: 'M_THREEPID_IN_USE', mxid: '@bob:example.test' },
    });
  });

  it.each<[string, (query: URLSearchParams) => Parameters<IdentityApi['send']>[0]]>([
    [
      'with a query only, without a body and a Content-Type',
      (query) => ({ method: 'POST', path: `${v1}/sign-ed25519?${query.toString()}` }),
    ],
    [
      'with a query, and a body that is null',
      (query) => ({
        method: 'POST',
        path: `${v1}/sign-ed25519?${query.toString()}`,
        headers: { 'content-type': 'application/json' },
        body: 'null',
      }),
    ],
    [
      'with JSON',
      (query) => ({
        method: 'POST',
        path: `${v1}/sign-ed25519`,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(Object.fromEntries(query)),
      }),
    ],
    [
      'with a form',
      (query) => ({
        method: 'POST',
        path: `${v1}/sign-ed25519`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: query.toString(),
      }),
    ],
  ])('is signed with the key in its link, %s', async (_title, request) => {
    api = await startIdentityApi();
    const { json: stored } = await api.call('POST', `${v1}/store-invite`, invite);
    const { searchParams, pathname } = signUrl();
    expect(pathname).toBe(`${v1}/sign-ed25519`);
    searchParams.set('mxid', '@bob:example.test');
    const { status, json } = await api.send(request(searchParams));
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        mxid: '@bob:example.test',
        sender: alice,
        token: stored['token'],
        signatures: { 'id.test': { 'ed25519:0': expect.any(String) as string } },
      },
    });
  });
});
