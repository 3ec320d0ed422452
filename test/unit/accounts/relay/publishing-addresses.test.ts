import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf } from '../../../support/account-requests.js';
import { sendJson } from '../../../support/fake-homeserver.js';
import { identityServer } from '../../../support/identity-service.js';
import { openRelayAddresses, type RelayAddressesUnderTest } from '../../../support/relay-addresses.js';
import { bodyOf, email, openRelayWorld, refused, removalOf, type RelayWorld } from '../../../support/relay-world.js';

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

describe('publishing', () => {
  const session = { sid: 'of.the.identity.server', clientSecret: 'a.secret' };
  const idAccessToken = new Secret('id_access_token');

  it('at our own identity service sends no request to the homeserver', async () => {
    const server = { idServer: identityServer, idAccessToken };
    await addresses.bind(alice, session, server, {});
    world.publications.unbindResult = 'success';
    expect(await addresses.unbind(alice, removalOf(email, identityServer))).toBe('success');
    expect(world.publications.asked).toEqual([
      ['bind', alice.mxid, session, server],
      ['unbind', alice.mxid, email, identityServer],
    ]);
    expect(world.asked()).toEqual([]);
  });

  it('elsewhere returns the homeserver’s answer unchanged', async () => {
    homeserver.addresses.support = 'full';
    const body = { ...bodyOf(session), id_server: 'vector.test', id_access_token: 'x', 'org.example.kept': 1 };
    await addresses.bind(alice, session, { idServer: 'vector.test', idAccessToken }, body);
    expect(world.publications.asked).toEqual([]);
    expect(await addresses.unbind(alice, removalOf(email, 'vector.test'))).toBe('success');
    expect(world.asked().map(({ body: sent }) => sent)).toEqual([body, { ...email, id_server: 'vector.test' }]);
    expect(world.paths()).toEqual(['POST /account/3pid/bind', 'POST /account/3pid/unbind']);
  });

  it.each([
    [403, { errcode: 'M_FORBIDDEN', error: 'No' }],
    [404, { errcode: 'M_NOT_FOUND', error: 'No such session' }],
    [500, { errcode: 'M_UNKNOWN', error: 'Timed out contacting identity server' }],
  ])('elsewhere is not repeated by us if the homeserver refuses: %i %j', async (status, body) => {
    homeserver.intercept((response) => sendJson(response, { status, body }));
    const bind = addresses.bind(alice, session, { idServer: 'vector.test', idAccessToken }, {});
    expect(await failureOf(bind)).toEqual(refused(status, body));
    expect(await failureOf(addresses.unbind(alice, removalOf(email, 'vector.test')))).toEqual(refused(status, body));
    expect(world.publications.asked).toEqual([['unbind', alice.mxid, email, 'vector.test']]);
  });

  it('elsewhere is done by us if the homeserver has no such path', async () => {
    const server = { idServer: 'vector.test', idAccessToken };
    await addresses.bind(alice, session, server, {});
    expect(await addresses.unbind(alice, removalOf(email, 'vector.test'))).toBe('no-support');
    expect(world.publications.asked).toEqual([
      ['bind', alice.mxid, session, server],
      ['unbind', alice.mxid, email, 'vector.test'],
    ]);
  });

  it.each(['success', 'no-support'] as const)(
    'ends on both sides without an identity server in the request: %s',
    async (result) => {
      homeserver.addresses.support = 'full';
      world.publications.unbindResult = result;
      expect(await addresses.unbind(alice, removalOf(email))).toBe(result);
      expect(world.publications.asked).toEqual([['unbind', alice.mxid, email, undefined]]);
      expect(world.paths()).toEqual(['POST /account/3pid/unbind']);
    },
  );
});

describe('what we have bound at another identity server', () => {
  const session = { sid: 'of.the.identity.server', clientSecret: 'a.secret' };
  const server = { idServer: 'vector.test', idAccessToken: new Secret('id_access_token') };
  let relay: RelayAddressesUnderTest;
  beforeEach(async () => {
    relay = await openRelayAddresses(homeserver.url, 'home.test');
    await relay.addresses.bind(alice, session, server, {});
  });
  afterEach(() => relay.close());
  const unbindings = () =>
    relay.identityServers.asked.flatMap(({ what, server: asked, asked: { mxid, sid } }) =>
      what === 'unbind' ? [`${asked} ${mxid} ${sid}`] : [],
    );

  const named = [
    ['vector.test', 'vector.test'],
    ['absent', undefined],
  ] as const;

  it.each(named)('is unbound there by us, once (id_server: %s)', async (_, idServer) => {
    expect(await relay.addresses.unbind(alice, removalOf(email, idServer))).toBe('success');
    expect(unbindings()).toEqual(['vector.test @alice:home.test of.the.identity.server']);
    expect(await relay.addresses.unbind(alice, removalOf(email, idServer))).toBe('no-support');
    expect(unbindings()).toHaveLength(1);
  });

  it.each(named)('is unbound with the removal of the 3PID (id_server: %s)', async (_, idServer) => {
    await relay.keep(alice.mxid, 'email', email.address);
    expect(await relay.addresses.remove(alice, removalOf(email, idServer))).toBe('success');
    expect(unbindings()).toEqual(['vector.test @alice:home.test of.the.identity.server']);
    expect(await relay.addresses.list(alice)).toEqual([]);
  });

  it('stays if the request is for another server or from another user', async () => {
    expect(await relay.addresses.unbind(alice, removalOf(email, 'other.test'))).toBe('no-support');
    expect(await relay.addresses.unbind(bob, removalOf(email, 'vector.test'))).toBe('no-support');
    expect(unbindings()).toEqual([]);
  });

  it('is retried after that server failed, also once the homeserver supports unbinding', async () => {
    relay.identityServers.answer('vector.test', { status: 500, body: { errcode: 'M_UNKNOWN', error: 'Down' } });
    const unbind = () => relay.addresses.unbind(alice, removalOf(email, 'vector.test'));
    expect(await failureOf(unbind())).toMatchObject({ kind: 'identity_server_refused', status: 500 });
    relay.identityServers.answer('vector.test', undefined);
    homeserver.addresses.support = 'full';
    expect(await unbind()).toBe('success');
    expect(unbindings()).toHaveLength(2);
  });

  it('is unbound by two concurrent requests without an error', async () => {
    const unbind = () => relay.addresses.unbind(alice, removalOf(email, 'vector.test'));
    expect(await Promise.all([unbind(), unbind()])).toContain('success');
    expect(await unbind()).toBe('no-support');
  });
});
