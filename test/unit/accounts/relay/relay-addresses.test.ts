import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountFailureDetails } from '../../../../src/accounts/failure.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf } from '../../../support/account-requests.js';
import { tokenRequest } from '../../../support/contacts.js';
import { sendJson } from '../../../support/fake-homeserver.js';
import type { AddressSupport } from '../../../support/fake-homeserver-addresses.js';
import { identityServer } from '../../../support/identity-service.js';
import { minute } from '../../../support/validation.js';
import { callerOf, openRelayAddresses } from '../../../support/relay-addresses.js';
import {
  bodyOf,
  email,
  openRelayWorld,
  passwordStage,
  phone,
  refused,
  removalOf,
  type RelayWorld,
} from '../../../support/relay-world.js';

let world: RelayWorld;
let alice: RelayWorld['alice'];
let bob: RelayWorld['bob'];
let homeserver: RelayWorld['homeserver'];
let addresses: RelayWorld['addresses'];

beforeEach(async () => {
  world = await openRelayWorld();
  ({ alice, bob, homeserver, addresses } = world);
});
afterEach(() => world.close());

describe('the list of 3PIDs', () => {
  it('has those of the homeserver, then those stored here, without duplicates', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    await world.keep(alice.mxid, 'email', 'second@mail.test');
    await world.keep(alice.mxid, 'email', email.address);
    await world.keep(bob.mxid, 'msisdn', phone.address);
    expect(await addresses.list(alice)).toEqual([
      { ...email, validatedAt: 1_535_176_800_000, addedAt: 1_535_176_800_001 },
      { medium: 'email', address: 'second@mail.test', validatedAt: 1, addedAt: 2 },
    ]);
    expect(world.asked()).toMatchObject([
      { headers: { authorization: `Bearer ${alice.accessToken.reveal()}`, 'x-forwarded-for': alice.clientAddress } },
    ]);
  });

  it('has only ours if the homeserver has none', async () => {
    await world.keep(alice.mxid, 'msisdn', phone.address);
    expect(await world.listed()).toEqual(['msisdn 447470674927']);
  });

  it('leaves out invalid 3PIDs', async () => {
    const entry = { ...email, validated_at: 1, added_at: 2 };
    const threepids = [entry, { ...entry, medium: 'pigeon' }, { medium: 'email' }, null];
    homeserver.intercept((response) => sendJson(response, { status: 200, body: { threepids } }));
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });

  it.each<[string, number, Readonly<Record<string, unknown>>, AccountFailureDetails]>([
    ['that refuses', 403, { errcode: 'M_FORBIDDEN' }, refused(403, { errcode: 'M_FORBIDDEN' })],
    ['of 404 for another reason', 404, { errcode: 'M_NOT_FOUND' }, refused(404, { errcode: 'M_NOT_FOUND' })],
    ['that is invalid', 200, { threepids: 'many' }, { kind: 'homeserver_unreachable' }],
  ])('fails with an answer %s', async (_, status, body, failure) => {
    homeserver.intercept((response) => sendJson(response, { status, body }));
    expect(await failureOf(addresses.list(alice))).toEqual(failure);
  });
});

describe('a token', () => {
  it.each([
    ['email', ` ${email.address}\u200b`, { email: email.address }],
    ['msisdn', `+${phone.address}`, { phone_number: `+${phone.address}` }],
  ])('for a 3PID (%s) is forwarded to the homeserver if it can send tokens', async (medium, address, read) => {
    homeserver.addresses.support = 'full';
    const request = tokenRequest(address, alice);
    const lookalikes = { Email: 'mallory@mail.test', PHONE_NUMBER: '+1', Client_Secret: 'other' };
    const body = { ...request.body, ...lookalikes, 'org.example.kept': { deep: ['ü'] } };
    expect(await addresses.requestToken({ ...request, body })).toEqual({
      sid: expect.any(String),
      submit_url: 'https://home.test/submit',
      'org.example.kept': true,
    });
    expect(world.asked()).toMatchObject([
      {
        path: `/_matrix/client/v3/account/3pid/${medium}/requestToken`,
        headers: { 'x-forwarded-for': '203.0.113.7', authorization: `Bearer ${alice.accessToken.reveal()}` },
      },
    ]);
    expect(world.asked()[0]?.body).toEqual({ ...request.body, ...read, 'org.example.kept': { deep: ['ü'] } });
    expect(world.messenger.sent).toEqual([]);
  });

  it('is rejected here without a canonical form', async () => {
    homeserver.addresses.support = 'full';
    const request = tokenRequest('a@b@mail.test', alice);
    expect(await failureOf(addresses.requestToken(request))).toMatchObject({
      kind: 'parameter_invalid',
      name: 'email',
    });
    expect(world.asked()).toEqual([]);
  });

  it('is forwarded without an access token if there is none', async () => {
    homeserver.addresses.support = 'full';
    await addresses.requestToken(tokenRequest(email.address, undefined));
    expect(world.asked()[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each<AddressSupport>(['unproven', 'none'])(
    'is handled here if the homeserver cannot send tokens (%s)',
    async (support) => {
      homeserver.addresses.support = support;
      const reply = await addresses.requestToken(tokenRequest(email.address, alice));
      expect(reply).toMatchObject({ submit_url: expect.stringMatching(/^https:\/\/id\.test\//) });
      expect(world.messenger.sent).toMatchObject([{ kind: 'email_validation', to: email.address }]);
    },
  );

  it.each([
    [400, { errcode: 'M_FORBIDDEN', error: '3PID changes are disabled on this server' }],
    [403, { errcode: 'M_THREEPID_DENIED', error: 'Not here', 'org.example.kept': 1 }],
    [400, { errcode: 'M_THREEPID_IN_USE', error: 'Email is already in use' }],
    [404, { errcode: 'M_NOT_FOUND', error: 'No' }],
    [500, { errcode: 'M_UNKNOWN', error: 'Internal server error' }],
  ])('that the homeserver refuses is not handled by us: %i %j', async (status, body) => {
    homeserver.intercept((response) => sendJson(response, { status, body }));
    expect(await failureOf(addresses.requestToken(tokenRequest(email.address, alice)))).toEqual(refused(status, body));
    expect(world.messenger.sent).toEqual([]);
  });

  it('is not handled by us either while the homeserver is unreachable', async () => {
    homeserver.intercept((response) => response.destroy());
    expect(await failureOf(addresses.requestToken(tokenRequest(email.address, alice)))).toEqual({
      kind: 'homeserver_unreachable',
    });
    expect(world.messenger.sent).toEqual([]);
  });

  describe('for a 3PID that another account has here', () => {
    beforeEach(async () => {
      homeserver.addresses.support = 'full';
      await world.keep(bob.mxid, 'email', email.address);
    });

    it('is refused to authenticated users, without a query to the homeserver', async () => {
      const asking = addresses.requestToken(tokenRequest('ALICE@mail.test', alice));
      expect(await failureOf(asking)).toEqual({ kind: 'address_in_use' });
      expect(world.asked()).toEqual([]);
    });

    it('is accepted from anonymous callers, and the validated 3PID cannot be added', async () => {
      const session = await world.proveThere(email.address);
      expect(await failureOf(world.add(session, passwordStage(undefined, alice)))).toEqual({ kind: 'address_in_use' });
      const posting = addresses.addWithoutAuthentication(alice, session, { three_pid_creds: bodyOf(session) });
      expect(await failureOf(posting)).toEqual({ kind: 'address_in_use' });
      expect(homeserver.addresses.listOf(alice.mxid)).toEqual([]);
    });

    it('cannot be added by a validation from before a restart, for 30 days', async () => {
      const session = await world.proveThere(email.address);
      const again = await openRelayAddresses(homeserver.url, 'home.test', { before: world });
      const adding = () => again.addresses.add(alice, session, undefined, bodyOf(session));
      expect(await failureOf(adding())).toEqual({ kind: 'address_in_use' });
      await again.clock.advance(30 * 24 * 60 * minute - 1);
      expect(await failureOf(adding())).toEqual({ kind: 'address_in_use' });
      await again.clock.advance(1);
      expect(await failureOf(adding())).toMatchObject({ kind: 'authentication_incomplete' });
      await again.close();
    });

    it('can be added once that account has removed it', async () => {
      const session = await world.proveThere(email.address);
      expect(await failureOf(world.add(session))).toEqual({ kind: 'address_in_use' });
      await addresses.remove(bob, removalOf(email));
      await world.add(session, passwordStage(undefined, alice));
      expect(await world.listed()).toEqual(['email alice@mail.test']);
    });

    it('does not disturb that account', async () => {
      const session = await world.proveThere(email.address, bob);
      await world.add(session, passwordStage(undefined, bob), bob);
      expect(await world.listed(bob)).toEqual(['email alice@mail.test']);
    });
  });

  it('is not handled by us if 3PIDs must not be changed here, and forwarded if the homeserver can send tokens', async () => {
    const strict = await openRelayAddresses(homeserver.url, 'home.test', { mayChange: false });
    try {
      const asking = () => strict.addresses.requestToken(tokenRequest(email.address, alice));
      expect(await failureOf(asking())).toEqual({ kind: 'address_changes_disabled' });
      homeserver.addresses.support = 'full';
      expect(await asking()).toHaveProperty('sid');
    } finally {
      await strict.close();
    }
  });
});

describe('removing', () => {
  it('removes a 3PID on both sides', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    await world.keep(alice.mxid, 'email', email.address);
    await world.keep(alice.mxid, 'msisdn', phone.address);
    await addresses.remove(alice, removalOf(email));
    expect(await world.listed()).toEqual(['msisdn 447470674927']);
    expect(homeserver.addresses.listOf(alice.mxid)).toEqual([]);
    await addresses.remove(alice, removalOf({ ...phone, address: '+44 7470 674927' }));
    expect(await world.listed()).toEqual([]);
    expect(world.paths().filter((path) => path.endsWith('/delete'))).toHaveLength(1);
  });

  it.each<AddressSupport>(['full', 'none'])('reports no error for an unknown 3PID (%s)', async (support) => {
    homeserver.addresses.support = support;
    await world.keep(bob.mxid, 'email', email.address);
    expect(await addresses.remove(alice, removalOf(email))).toBe('no-support');
    expect(await world.listed(bob)).toEqual(['email alice@mail.test']);
  });

  it('changes nothing if the homeserver refuses, or is unreachable', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    await world.keep(alice.mxid, 'email', email.address);
    const threepids = homeserver.addresses.listOf(alice.mxid);
    const body = { errcode: 'M_FORBIDDEN', error: '3PID changes are disabled on this server' };
    homeserver.intercept((response, { method }) =>
      sendJson(response, method === 'GET' ? { status: 200, body: { threepids } } : { status: 400, body }),
    );
    expect(await failureOf(addresses.remove(alice, removalOf(email)))).toEqual(refused(400, body));
    homeserver.intercept((response) => response.destroy());
    expect(await failureOf(addresses.remove(alice, removalOf(email)))).toEqual({ kind: 'homeserver_unreachable' });
    expect(await world.own.list(alice.mxid)).toHaveLength(1);
    expect(world.publications.asked).toEqual([]);
  });

  it('unbinds at our own identity service without the homeserver', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    world.publications.unbindResult = 'success';
    expect(await addresses.remove(alice, removalOf(email, identityServer))).toBe('success');
    expect(world.publications.asked).toEqual([['unbind', alice.mxid, email, identityServer]]);
    expect(world.asked().find(({ path }) => path.endsWith('/delete'))?.body).toEqual(email);
  });

  it('forwards an unbind at another identity server', async () => {
    homeserver.addresses.support = 'full';
    await world.keep(alice.mxid, 'email', email.address);
    expect(await addresses.remove(alice, removalOf(email, 'vector.test'))).toBe('success');
    expect(world.asked().at(-1)).toMatchObject({
      path: '/_matrix/client/v3/account/3pid/unbind',
      body: { ...email, id_server: 'vector.test' },
    });
    expect(await world.listed()).toEqual([]);
  });

  it('removes a 3PID that is stored here, also if it cannot be unbound', async () => {
    await world.keep(alice.mxid, 'email', email.address);
    homeserver.intercept((response, { path }) => {
      const [status, errcode] = path.endsWith('/unbind') ? [500, 'M_UNKNOWN'] : [404, 'M_UNRECOGNIZED'];
      sendJson(response, { status, body: { errcode, error: '' } });
    });
    expect(await addresses.remove(alice, removalOf(email, 'vector.test'))).toBe('no-support');
    homeserver.intercept(undefined);
    expect(await world.listed()).toEqual([]);
  });

  it('unbinds on both sides without an identity server in the request', async () => {
    homeserver.addresses.support = 'unproven';
    await world.keep(alice.mxid, 'email', email.address);
    world.publications.unbindResult = 'success';
    expect(await addresses.remove(alice, removalOf(email))).toBe('success');
    expect(world.publications.asked).toEqual([['unbind', alice.mxid, email, undefined]]);
    expect(world.paths()).toContain('POST /account/3pid/unbind');
  });

  it('reports that another service manages the 3PIDs, and removes a 3PID that is stored here', async () => {
    homeserver.addresses.support = 'delegated';
    homeserver.addresses.add(alice.mxid, email);
    await world.keep(alice.mxid, 'msisdn', phone.address);
    expect(await failureOf(addresses.remove(alice, removalOf(email)))).toMatchObject({
      kind: 'refused_upstream',
      status: 404,
      body: { errcode: 'M_UNRECOGNIZED' },
    });
    await addresses.remove(alice, removalOf(phone));
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });
});

describe('users of other servers', () => {
  it('have no 3PIDs here', async () => {
    const outsider = callerOf('@alice:elsewhere.test', alice.accessToken.reveal());
    const session = await world.proveHere(email.address);
    await world.keep(outsider.mxid, 'msisdn', phone.address);
    const failures = await Promise.all([
      failureOf(addresses.list(outsider)),
      failureOf(addresses.requestToken(tokenRequest('new@mail.test', outsider))),
      failureOf(world.add(session, passwordStage(undefined, alice), outsider)),
      failureOf(addresses.addWithoutAuthentication(outsider, session, {})),
      failureOf(addresses.remove(outsider, removalOf(phone))),
      failureOf(addresses.bind(outsider, session, { idServer: identityServer, idAccessToken: new Secret('x') }, {})),
      failureOf(addresses.unbind(outsider, removalOf(phone))),
    ]);
    expect(failures).toEqual(failures.map(() => ({ kind: 'homeserver_unreachable' })));
  });
});
